import { database, readMeta } from '$db/database';
import { readView, refreshView } from '$db/views';
import { staffOrganizations } from './session.svelte';
import { routes, type Tab } from './routes';

const DAY = 86_400_000;
/** Of meetings so close the secretary may need the roll in a room without a network. */
const SOON = 3 * DAY;
/** A page that was reloaded past its worker is never controlled; then the browser's own cache has to do. */
const CONTROL_WAIT = 10_000;

/** Members' screens that the worker does not fetch before the app may start (`onDemand` in scripts/build-worker.mjs). */
const AFTER_START = /^\/meetings\/:id\/|^\/tasks\/|\/calendar$/;
/** Parts of members' screens that are fetched when they are shown. */
const PARTS = [
  () => import('qr/decode.js'),
  () => import('$features/ballots/MeetingBallots.svelte'),
  () => import('$features/minutes/Addenda.svelte'),
  () => import('$features/scores/MeetingScoreCard.svelte'),
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
    if (route.tab && (tabs.includes(route.tab) || AFTER_START.test(route.path))) await route.load().catch(() => undefined);
  }
  for (const part of PARTS) await part().catch(() => undefined);
  if (tabs.includes('/staff')) await import('$features/staff/StaffToday.svelte').catch(() => undefined);
}

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
  const own = (await readMeta('session'))?.member ? ['/api/members/me/access-log?limit=100', '/api/sessions'] : ['/api/sessions'];
  for (const path of own) {
    const seen = await readView(path);
    if (!seen || Date.now() - Date.parse(seen.fetched_at) > DAY) await refreshView(path);
  }
  await fetchRolls();
  const watched = staffOrganizations();
  if (watched.length > 0) await (await import('$features/staff/ahead')).fetchBoards(watched);
}

async function fetchRolls(): Promise<void> {
  const meetings = await (await database()).getAll('meetings');
  const close = meetings.filter(
    ({ state, can, starts_at }) =>
      (state === 'convened' || state === 'open') && can.includes('show_qr') && Date.parse(starts_at) - Date.now() < SOON,
  );
  if (close.length === 0) return;
  const { fetchRoll } = await import('$features/roll/commands');
  for (const { id } of close) {
    await fetchRoll(id);
    await refreshView(`/api/meetings/${encodeURIComponent(id)}/deliveries?limit=1`);
  }
}
