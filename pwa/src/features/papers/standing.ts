/** What the phone knows of a paper that is not on it, to which a link has led. */
export interface Seeking {
  /** The phone has been looked through, and the sync waited for. */
  sought: boolean;
  /** Something has ever been synced to this phone. */
  synced: boolean;
  /** A sync is under way. */
  running: boolean;
}

/** `first`: the first sync is under way; `never`: it did not come to an end; `gone`: what is synced does not have it. */
export function standing({ sought, synced, running }: Seeking): 'loading' | 'first' | 'never' | 'gone' {
  if (!synced) return running || !sought ? 'first' : 'never';
  return sought ? 'gone' : 'loading';
}
