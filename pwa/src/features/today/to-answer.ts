import type { Meeting } from '$api/shapes';
import { database } from '$db/database';
import { listMeetings } from '$db/queries';
import { overlay } from '$sync/outbox';

export interface ToAnswer {
  meeting: Meeting;
  n: number;
}

/** Meetings ahead or running that I run, with how many requests to be excused wait for my answer; those without any are left out. */
export async function requestsToAnswer(): Promise<ToAnswer[]> {
  const rows = await overlay('absence_requests', await (await database()).getAll('absence_requests'), (row) => row.id);
  // An own request that is only on this phone has no version to answer yet.
  const waiting = rows.filter((row) => row.decision === null && row.etag !== '');
  return (await listMeetings())
    .filter((meeting) => ['convened', 'open'].includes(meeting.state) && meeting.can.includes('answer_absence'))
    .map((meeting) => ({ meeting, n: waiting.filter((row) => row.meeting_id === meeting.id).length }))
    .filter(({ n }) => n > 0);
}
