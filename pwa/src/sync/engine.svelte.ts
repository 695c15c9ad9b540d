import { readMeta } from '$db/database';
import { flush } from './flush';
import { fetchCheckInKeys } from './keys';
import { onEnqueue } from './outbox';
import { downloadPapers } from './papers';
import { pull, type PullResult } from './pull';
import { setSyncState, syncState } from './state.svelte';

const EVERY = 60_000;

export { syncState };

let current: Promise<PullResult> | null = null;
let again = false;

/** Sends what waits, then asks what is new. Calls while one is running share it. */
export function syncNow(): Promise<PullResult> {
  current ??= run().finally(() => {
    current = null;
    if (again) {
      again = false;
      void syncNow();
    }
  });
  return current;
}

async function run(): Promise<PullResult> {
  if (!(await readMeta('session'))) return { outcome: 'unchanged' };
  setSyncState({ running: true });
  try {
    await flush();
    const result = await pull();
    const failed = result.outcome === 'failed' ? result.code : null;
    setSyncState({ online: failed !== 'network', code: failed === 'network' ? null : failed });
    if (failed === null) void fetchCheckInKeys().then(downloadPapers).catch(reportError);
    return result;
  } finally {
    setSyncState({ running: false });
  }
}

/** Has the service worker send the outbox when the network is back, also when no window is open (where it can). */
async function askBackgroundSync(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const manager = (registration as { sync?: { register(tag: string): Promise<void> } } | undefined)?.sync;
  // Refused in private windows and by some settings; the triggers below send as well.
  await manager?.register('outbox').catch(() => undefined);
}

/** Starts syncing by itself: now, when the network or the window comes back, and every minute. Returns the stop. */
export function startSync(): () => void {
  setSyncState({ online: navigator.onLine });
  const wake = (): void => {
    if (document.visibilityState === 'visible') void syncNow();
  };
  const lost = (): void => {
    setSyncState({ online: false });
  };
  const stopOutbox = onEnqueue(() => {
    void askBackgroundSync();
    if (current) again = true;
    else void syncNow();
  });
  addEventListener('online', wake);
  addEventListener('offline', lost);
  document.addEventListener('visibilitychange', wake);
  const timer = setInterval(wake, EVERY);
  void syncNow();
  return () => {
    stopOutbox();
    removeEventListener('online', wake);
    removeEventListener('offline', lost);
    document.removeEventListener('visibilitychange', wake);
    clearInterval(timer);
  };
}
