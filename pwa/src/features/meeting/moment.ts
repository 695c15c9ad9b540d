import type { AbsenceRequest, AttendanceState, Meeting, OwnAttendance } from '$api/shapes';
import { runsMeeting } from '$lib/acts';

export type Moment = 'ahead' | 'check_in' | 'after' | 'cancelled';

const HOUR = 3_600_000;
/** How the ids of requests begin that the server has not taken in yet. */
export const LOCAL = 'local-';

/** What a member can do about a meeting now: read and ask to be excused, check in, or look back. */
export function momentOf(meeting: Meeting, now: Date): Moment {
  if (meeting.state === 'cancelled') return 'cancelled';
  if (meeting.state === 'closed' || meeting.state === 'finalized') return 'after';
  const start = Date.parse(meeting.starts_at);
  const end = Date.parse(meeting.ends_at);
  if (meeting.state === 'open') return 'check_in';
  if (now.getTime() > end + 3 * HOUR) return 'after';
  return now.getTime() >= start - HOUR ? 'check_in' : 'ahead';
}

/** A request to be excused makes sense until the meeting begins. */
export function canAskAbsence(meeting: Meeting, now: Date): boolean {
  return meeting.state === 'convened' && now.getTime() < Date.parse(meeting.starts_at);
}

/** Whether this phone's member is called to it: to a conference only its delegates are, whom its convening has put on its roll. */
export function isSummoned(meeting: Meeting, own: OwnAttendance | undefined): boolean {
  return meeting.kind !== 'conference' || !!meeting.my_site || !!own;
}

/** Whether this phone's member has anything to do with it: is called to it, has an act in it, or looks after a site. */
export function concerns(meeting: Meeting, own: OwnAttendance | undefined): boolean {
  return isSummoned(meeting, own) || meeting.can.length > 0 || (meeting.my_sites_as_host ?? []).length > 0;
}

/** Whether this phone's member runs a conference without being a delegate of it. */
export function onlyRuns(meeting: Meeting, own: OwnAttendance | undefined): boolean {
  return runsMeeting(meeting) && !isSummoned(meeting, own);
}

/** What the appointed minute-taker does next: nothing before the opening, notes while it runs, the minutes afterwards. */
export function takerAct({ state }: Pick<Meeting, 'state'>): 'later' | 'notes' | 'minutes' {
  if (state === 'open') return 'notes';
  return state === 'draft' || state === 'convened' ? 'later' : 'minutes';
}

/** Whether the online room of a meeting may still be entered. */
export function mayJoin({ state }: Pick<Meeting, 'state'>): boolean {
  return state === 'convened' || state === 'open';
}

/** Already counted as being there. */
export function isThere(state: AttendanceState | null | undefined): boolean {
  return state === 'present' || state === 'late';
}

/** Whether a request to be excused is still on this phone only (see requestAbsence). */
export function isUnsent(request: AbsenceRequest): boolean {
  return request.id.startsWith(LOCAL);
}
