import type { AbsenceRequest, Id, Meeting, Notice, OwnAttendance, Resolution, Task } from '$api/shapes';
import { allItems, overlay, unsettled } from '$sync/outbox';
import { database } from './database';

/** Every meeting on this phone, the earliest first. */
export async function listMeetings(): Promise<Meeting[]> {
  return (await database()).getAllFromIndex('meetings', 'starts_at').then((rows) =>
    rows.sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at)),
  );
}

export async function getMeeting(id: Id): Promise<Meeting | null> {
  return (await (await database()).get('meetings', id)) ?? null;
}

/** My attendance by meeting, with check-ins and withdrawn requests that are still on their way: who was excused by one is expected again. */
export async function ownAttendance(): Promise<Map<Id, OwnAttendance>> {
  const rows = await (await database()).getAll('attendance');
  const gone = new Set((await allItems()).filter(({ kind, state }) => kind === 'absence_withdrawal' && unsettled.includes(state)).map(({ subject }) => subject));
  const expected = rows.map((row) =>
    (row.state === 'excused' && row.method === 'request' && gone.has(`meeting:${row.meeting_id}`) ? { ...row, state: null, method: null } : row));
  return new Map((await overlay('attendance', expected, (row) => row.meeting_id)).map((row) => [row.meeting_id, row]));
}

/** My request to be excused from a meeting: the latest one, unsent ones included; null when I have withdrawn that. */
export async function ownAbsenceRequest(meetingId: Id, memberId: Id): Promise<AbsenceRequest | null> {
  const rows = await (await database()).getAll('absence_requests');
  const mine = (await overlay('absence_requests', rows, (row) => row.id))
    .filter((row) => row.meeting_id === meetingId && row.member_id === memberId)
    .sort((a, b) => b.created_at.localeCompare(a.created_at));
  // What has no version of the server's was made here after all others, whatever this clock says.
  const latest = mine.find((row) => row.etag === '') ?? mine[0];
  return latest && latest.decision !== 'withdrawn' ? latest : null;
}

/** When each paper was put on this phone, by id; a paper that has changed since counts as not there. */
export async function savedPapers(meeting: Meeting): Promise<Map<Id, string>> {
  const stored = await (await database()).getAllFromIndex('papers', 'meeting_id', meeting.id);
  const current = new Map(meeting.papers.map((paper) => [paper.id, paper.sha256]));
  return new Map(stored.filter((row) => current.get(row.id) === row.sha256).map((row) => [row.id, row.saved_at]));
}

/** Notices, the newest first. */
export async function listNotices(): Promise<Notice[]> {
  const rows = await overlay('notices', await (await database()).getAll('notices'), (notice) => notice.id);
  return rows.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
}

/** Issued and revoked resolutions, the newest first. */
export async function listResolutions(): Promise<Resolution[]> {
  const rows = await overlay('resolutions', await (await database()).getAll('resolutions'), (row) => row.id);
  return rows.sort((a, b) => (b.issued_on ?? '').localeCompare(a.issued_on ?? ''));
}

export interface OwnTask extends Task {
  resolution: Pick<Resolution, 'id' | 'symbol' | 'title' | 'state' | 'superseded_by'>;
}

/** Of what something can still be said: what took the place of their resolution does not ask for the same, in the same words. */
export function standingTasks(one: Resolution, all: readonly Resolution[]): Task[] {
  const successor = all.find((other) => other.id === one.superseded_by?.id);
  return one.tasks.filter((task) => !successor?.tasks.some((other) => other.title === task.title));
}

/** My tasks: open ones first, by the day they are due. */
export async function ownTasks(): Promise<OwnTask[]> {
  const all = await listResolutions();
  const tasks = all
    .filter((resolution) => resolution.state !== 'draft')
    .flatMap((one) =>
      standingTasks(one, all).filter((task) => task.mine).map((task) => ({ ...task, resolution: one })),
    );
  const rank = (task: Task): string => `${task.state === 'open' ? 0 : 1}${task.due_on ?? '9999'}`;
  return tasks.sort((a, b) => rank(a).localeCompare(rank(b)));
}
