/** The ballots of a meeting as this phone saw them last. */
import type { Ballot } from '$api/ballot-shapes';
import type { Id } from '$api/shapes';
import { readView } from '$db/views';

export function ballotsPath(meetingId: Id): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}/ballots`;
}

export async function readBallots(meetingId: Id): Promise<Ballot[] | null> {
  return (await readView<{ items: Ballot[] }>(ballotsPath(meetingId)))?.body.items ?? null;
}
