interface SyncState {
  /** False once the browser says so or a request found no network. */
  online: boolean;
  running: boolean;
  /** The last failure that was not the network, if the last run failed. */
  code: string | null;
}

const state = $state<SyncState>({ online: true, running: false, code: null });

/** What banners and refresh buttons show. */
export const syncState: Readonly<SyncState> = state;

/** For the sync engine alone. */
export function setSyncState(changes: Partial<SyncState>): void {
  Object.assign(state, changes);
}
