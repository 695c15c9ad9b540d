const HOUR = 3_600_000;

const state = $state({ updateReady: false });
/** Whether a new version of the app waits for the member's word. */
export const workerState: Readonly<{ updateReady: boolean }> = state;

let waiting: ServiceWorker | null = null;

function watch(registration: ServiceWorkerRegistration): void {
  const see = (worker: ServiceWorker | null): void => {
    // Without a controller this is the first installation, not an update.
    if (!worker || !navigator.serviceWorker.controller) return;
    waiting = worker;
    state.updateReady = true;
  };
  see(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed') see(registration.waiting ?? coming);
    });
  });
}

/** Registers the service worker and looks for a new version once an hour while the app is used. */
export async function startWorker(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first installation takes over as well, but then no update was offered.
    if (state.updateReady) location.reload();
  });
  let registration: ServiceWorkerRegistration;
  try {
    registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  } catch {
    return; // Private windows and some settings forbid it: the app then works with a network only.
  }
  watch(registration);
  let looked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - looked < HOUR) return;
    looked = Date.now();
    registration.update().catch(() => undefined);
  });
}

/** The member agreed: the new version takes over and the page is loaded again. */
export function applyUpdate(): void {
  waiting?.postMessage({ type: 'SKIP_WAITING' });
}
