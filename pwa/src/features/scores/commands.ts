import { codeOf, request } from '$api/client';
import type { Id } from '$api/shapes';
import type { OutboxItem } from '$db/schema';
import { readView, refreshView } from '$db/views';
import { uuid } from '$lib/ids';
import { dismissItem, enqueue, itemsAbout } from '$sync/outbox';
import type { MeetingScore } from './shapes';

export const scorePath = (meeting: Id): string => `/api/meetings/${encodeURIComponent(meeting)}/score`;
export const readScore = async (meeting: Id): Promise<MeetingScore | null> =>
  (await readView<MeetingScore>(scorePath(meeting)))?.body ?? null;
export const fetchScore = (meeting: Id): Promise<string | null> => refreshView(scorePath(meeting));

/** Under which a sheet that is not handed in yet is kept on this phone. */
export const draftKey = (meeting: Id): string => `score-sheet:${meeting}`;
const subjectOf = (meeting: Id): string => `score:${meeting}`;
/** The own sheet on its way, if there is one. */
export const sheetOnItsWay = async (meeting: Id) => (await itemsAbout(subjectOf(meeting))).at(-1) ?? null;

/** Hands in the own sheet; kept on this phone until the server has taken it, and then nowhere. */
export async function handIn(meeting: Id, points: number[]): Promise<void> {
  await enqueue({
    kind: 'score', subject: subjectOf(meeting), method: 'PUT', path: `${scorePath(meeting)}/sheets/me`,
    body: { key: uuid(), points },
  });
}

/** Once the server has taken it, the sheet is taken off this phone too; that the member has scored is asked of the server. */
export async function forgetSheet(meeting: Id, item: OutboxItem): Promise<void> {
  if ((await fetchScore(meeting)) === null && item.seq !== undefined) await dismissItem(item.seq);
}

async function act(meeting: Id, step: string, options: { ifMatch?: string } = {}) {
  const answer = await request('POST', `${scorePath(meeting)}/${step}`, options);
  await fetchScore(meeting);
  return answer.ok ? null : codeOf(answer);
}

/** Each answers null, or the code of what went wrong. */
export const openScoring = (meeting: Id): Promise<string | null> => act(meeting, 'open');
export const closeScoring = (score: MeetingScore): Promise<string | null> =>
  act(score.meeting_id, 'close', { ifMatch: score.etag });

/** Asks for the score every few seconds while the page is in sight. Returns the way to stop. */
export function watchScore(meeting: Id): () => void {
  const ask = (): void => {
    if (document.visibilityState === 'visible') void fetchScore(meeting);
  };
  ask();
  const timer = setInterval(ask, 5_000);
  return () => clearInterval(timer);
}
