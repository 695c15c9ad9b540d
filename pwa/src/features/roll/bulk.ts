import type { Id } from '$api/shapes';
import { database } from '$db/database';
import type { BoardRow } from './board';

/** Who asked to be excused from the meeting and has no answer yet. */
export async function askingToBeAway(meetingId: Id): Promise<Set<Id>> {
  const requests = await (await database()).getAll('absence_requests');
  return new Set(requests.filter((one) => one.meeting_id === meetingId && one.decision === null).map((one) => one.member_id));
}

/** Whom "everybody else is here" means: nobody who asked to be away, whom the chair answers or marks one by one. */
export function bulkOf<Row extends Pick<BoardRow, 'member_id' | 'state'>>(
  rows: readonly Row[], asking: ReadonlySet<Id>,
): { here: Row[]; left: Row[] } {
  const missing = rows.filter((row) => row.state === null);
  return {
    here: missing.filter((row) => !asking.has(row.member_id)),
    left: missing.filter((row) => asking.has(row.member_id)),
  };
}
