import { database } from '$db/database';
import { refreshOnceADay, refreshView } from '$db/views';
import { scorePath } from './commands';

/** How long after a meeting its score is still looked at. */
const RECENT = 100 * 86_400_000;

/** Fetches the scores of recent meetings, so that their screens open without a network. */
export async function fetchScores(): Promise<void> {
  const meetings = await (await database()).getAll('meetings');
  const recent = meetings.filter(({ starts_at }) => Date.now() - Date.parse(starts_at) < RECENT);
  for (const { id } of recent.filter(({ state }) => state === 'open')) await refreshView(scorePath(id));
  await refreshOnceADay(recent.filter(({ state }) => state === 'closed' || state === 'finalized').map(({ id }) => scorePath(id)));
}
