/** Words for the two live regions of <Announcer>. */
export const spoken = $state({ polite: '', assertive: '' });

/**
 * Have a sentence read out by a screen reader.
 * The same sentence twice running is read twice: a blank at its end makes it a new one.
 */
export function announce(text: string, urgency: 'polite' | 'assertive' = 'polite'): void {
  spoken[urgency] = spoken[urgency] === text ? `${text}\u00a0` : text;
}
