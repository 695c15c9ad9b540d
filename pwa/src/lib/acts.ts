import type { Id, Meeting, MeetingAct } from '$api/shapes';

const OF_MINUTES: MeetingAct = 'take_minutes';

/** Whether who holds this phone runs the meeting: the appointed minute-taker writes for it and runs nothing. */
export const runsMeeting = ({ can }: Pick<Meeting, 'can'>): boolean => can.some((act) => act !== OF_MINUTES);

/** Whether who holds this phone is appointed to write the minutes of this meeting. */
export const takesMinutes = ({ can }: Pick<Meeting, 'can'>): boolean => can.includes(OF_MINUTES);

/**
 * Whether who holds this phone writes the minutes: secretary and deputy of the organisation, in `own`, and the appointed
 * minute-taker. Staff run a conference of their committee and write neither its minutes nor its resolution.
 */
export const writesMinutes = (meeting: Pick<Meeting, 'can' | 'organization_id'>, own: readonly Id[]): boolean =>
  takesMinutes(meeting) || own.includes(meeting.organization_id);

/** What one may do once the room has gone on without a network: these acts for who ran it, and the minutes as before. */
export function actsAfter(before: readonly MeetingAct[], acts: readonly MeetingAct[]): MeetingAct[] {
  return [...(runsMeeting({ can: [...before] }) ? acts : []), ...before.filter((act) => act === OF_MINUTES)];
}
