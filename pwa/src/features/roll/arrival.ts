import type { AttendanceState, Meeting } from '$api/shapes';
import { inForceAt } from '$db/rules';

const LATE_AFTER = 15;

/** Present, or late as the organisation's rule says of somebody who came at `at`. */
export async function stateOnArrival(meeting: Meeting, at: number): Promise<AttendanceState> {
  const set = (await inForceAt(meeting.organization_id)).rules['attendance.late_after_minutes'];
  const minutes = typeof set === 'number' ? set : LATE_AFTER;
  return at > Date.parse(meeting.starts_at) + minutes * 60_000 ? 'late' : 'present';
}
