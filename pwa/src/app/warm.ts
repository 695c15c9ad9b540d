import { routes, type Tab } from './routes';

/**
 * Fetches the screens of a role ahead, so that the service worker keeps them for use without a network. Members do not
 * pay for the screens of secretaries and staff.
 */
export async function warm(tabs: readonly Tab[]): Promise<void> {
  if (tabs.length === 0 || !('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  }
  for (const route of routes) {
    // Without a network the next start tries again.
    if (route.tab && tabs.includes(route.tab)) await route.load().catch(() => undefined);
  }
}
