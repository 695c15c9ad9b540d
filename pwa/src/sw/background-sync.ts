import { flush } from '$sync/flush';

interface SyncEvent extends ExtendableEvent {
  tag: string;
  lastChance: boolean;
}

/** The network is back: send what waits, even with no window open. A rejected promise makes the browser ask again. */
export function sendInBackground(event: Event): void {
  const sync = event as SyncEvent;
  if (sync.tag !== 'outbox') return;
  sync.waitUntil(
    flush().then((result) => {
      if (result.interrupted && !sync.lastChance) throw new Error('unsent');
    }),
  );
}
