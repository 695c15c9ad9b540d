import { readMeta } from '$db/database';
import { refreshOnceADay } from '$db/views';
import { messagesReady } from '$i18n';
import { ownCells, staffOrganizations } from './session.svelte';
import { routes, type Route, type Tab } from './routes';

/** A page that was reloaded past its worker is never controlled; then the browser's own cache has to do. */
const CONTROL_WAIT = 10_000;

/** What members need and the worker does not fetch before the app may start (`onDemand` in scripts/build-worker.mjs). */
const PARTS = [
  () => import('qr/decode.js'),
  () => import('./bundles/acts'),
  () => import('$features/conference/AtSite.svelte'),
];

/**
 * Fetches screens ahead, so that the service worker keeps them for use without a network: those that members need later
 * than the first, and those of a role. Members do not pay for the screens of secretaries and staff.
 */
export async function warm(tabs: readonly Tab[]): Promise<void> {
  void fetchAhead();
  if (!('serviceWorker' in navigator)) return;
  await controlled();
  for (const route of routes) {
    // Without a network the next start tries again.
    if (route.tab && tabs.includes(route.tab)) await loaded(route);
  }
  for (const part of PARTS) await part().catch(() => undefined);
  // For who runs one or a site of one: it lies under the meetings, which everybody has.
  const conference = await import('$features/conference/hosted').catch(() => null);
  if (tabs.includes('/staff') || (await conference?.runsOne()) || (await conference?.hostsOne())) {
    await import('./bundles/conference').catch(() => undefined);
  }
  if (tabs.includes('/staff')) await import('$features/staff/StaffToday.svelte').catch(() => undefined);
  // The words of all this, in the language that is chosen.
  await messagesReady();
}

const loaded = (route: Route): Promise<unknown> => route.load().catch(() => undefined);

/** Until the worker keeps what is fetched; not longer than it takes when all is well. */
async function controlled(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let done: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    done = () => resolve();
    serviceWorker.addEventListener('controllerchange', done);
    timer = setTimeout(done, CONTROL_WAIT);
  });
  clearTimeout(timer);
  serviceWorker.removeEventListener('controllerchange', done);
}

/** Fetches what screens otherwise ask for when they are opened, so that they open without a network as well. */
async function fetchAhead(): Promise<void> {
  const { syncNow } = await import('$sync/engine.svelte');
  if ((await syncNow()).outcome === 'failed') return;
  const cells = ownCells();
  if (cells.length > 0) await (await import('$features/chapter/ahead')).fetchCells(cells);
  await (await import('$features/conference/hosted')).fetchConferences();
  const watched = staffOrganizations();
  if (watched.length > 0) await (await import('$features/staff/ahead')).fetchBoards(watched);
  if ((await readMeta('session'))?.member) {
    await (await import('$features/meetings/ahead')).fetchMeetings();
    await refreshOnceADay(['/api/members/me/access-log?limit=100', '/api/calendar-feeds']);
  }
  await refreshOnceADay(['/api/sessions', '/api/push/preferences']);
}
