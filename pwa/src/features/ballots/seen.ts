/** The ballots of a meeting as this phone saw them last. */
import type { Ballot } from '$api/ballot-shapes';
import type { Id } from '$api/shapes';
import { getMeeting } from '$db/queries';
import { readView } from '$db/views';

export function ballotsPath(meetingId: Id): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}/ballots`;
}

/** Their items are called as the book of the room calls them. */
export async function readBallots(meetingId: Id): Promise<Ballot[] | null> {
  const ballots = (await readView<{ items: Ballot[] }>(ballotsPath(meetingId)))?.body.items ?? null;
  const raised = new Map((await getMeeting(meetingId))?.agenda.flatMap(({ id, key }) => (key ? [[id, key] as const] : [])));
  return ballots && ballots.map((one) => ({ ...one, agenda_item_id: raised.get(one.agenda_item_id ?? '') ?? one.agenda_item_id }));
}
