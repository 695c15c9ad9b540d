import { database } from '$db/database';
import { refreshOnceADay, refreshView } from '$db/views';
import { ballotsPath } from '$features/ballots/seen';
import { opinionsPath } from '$features/opinions/store';
import { scorePath } from '$features/scores/commands';

/** How long after a meeting its votes and its score are still looked at. */
const RECENT = 100 * 86_400_000;

/** Fetches what members see of their meetings besides what is synced: own opinions before, votes and the score from its opening on. */
export async function fetchMeetings(): Promise<void> {
  const meetings = await (await database()).getAll('meetings');
  const ended: string[] = [];
  for (const { id, state, starts_at } of meetings) {
    if (state === 'convened') await refreshView(opinionsPath(id));
    else if (state === 'open') for (const path of [scorePath(id), ballotsPath(id)]) await refreshView(path);
    else if ((state === 'closed' || state === 'finalized') && Date.now() - Date.parse(starts_at) < RECENT) {
      ended.push(scorePath(id), ballotsPath(id));
    }
  }
  await refreshOnceADay(ended);
}
