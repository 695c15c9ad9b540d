import type { Meeting } from '$api/shapes';

/**
 * Whether who runs the meeting is to know whom its news has not reached: from the convening until it is over, and of one that was
 * called off as long as somebody could set out for it.
 */
export function wantsCalls(meeting: Pick<Meeting, 'state' | 'convened_at' | 'ends_at'>, now: number): boolean {
  if (meeting.state === 'cancelled') return meeting.convened_at !== null && Date.parse(meeting.ends_at) > now;
  return meeting.state === 'convened' || meeting.state === 'open';
}
