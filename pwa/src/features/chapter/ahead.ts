import type { Id, Meeting } from '$api/shapes';
import { database } from '$db/database';
import { keepView, readView, refreshOnceADay, refreshView } from '$db/views';
import { opinionsPath } from '$features/opinions/store';
import { fetchRoll } from '$features/roll/commands';
import { fetchMinutes, minutesPath } from '$sync/minutes';
import { ledgerPath } from './ledger';
import { numbersPath } from './numbers';
import { wantsCalls } from './reach';
import { reminderRules } from './reminders';

const DAY = 86_400_000;
/** Of meetings so close the secretary may need the roll in a room without a network. */
const SOON = 3 * DAY;
/** How long after a meeting its minutes are still worked on. */
const RECENT = 100 * DAY;

/** Fetches what who runs these cells needs in a room without a network: rolls, opinions, reminders, minutes, schedule and agendas. */
export async function fetchCells(cells: readonly Id[]): Promise<void> {
  for (const meeting of await (await database()).getAll('meetings')) {
    if (cells.includes(meeting.organization_id)) await fetchMeeting(meeting);
  }
  const rules = ['schedule', 'agenda-templates'];
  await refreshOnceADay(cells.flatMap((id) => rules.map((name) => `/api/organizations/${encodeURIComponent(id)}/${name}`)));
}

async function fetchMeeting(meeting: Meeting): Promise<void> {
  const { id, state, starts_at, etag } = meeting;
  const ahead = Date.parse(starts_at) - Date.now();
  if (state === 'draft' || state === 'convened') await refreshView(numbersPath(id));
  if (state === 'convened' || state === 'open') {
    await refreshView(opinionsPath(id));
    await refreshView(reminderRules(id));
    if (ahead > SOON) return;
    await fetchRoll(id);
    await refreshView(ledgerPath(id));
    if (state === 'open') await fetchMinutes(id);
  } else if (state === 'cancelled' && wantsCalls(meeting, Date.now())) {
    await refreshView(ledgerPath(id));
  } else if ((state === 'closed' || state === 'finalized') && ahead > -RECENT) {
    await fetchOldMinutes(id, etag);
  }
}

/** Minutes that there are not are asked for again only when the meeting has changed since; who opens them asks anyway. */
async function fetchOldMinutes(id: Id, etag: string): Promise<void> {
  const none = `${minutesPath(id)}?none`;
  if ((await readView(none))?.etag === etag) return;
  if ((await fetchMinutes(id)) === 'not_found') await keepView(none, null, etag);
}
