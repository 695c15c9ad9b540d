import { expect, test } from 'vitest';
import type { Meeting, Resolution, Task } from '$api/shapes';
import { ballotKey, tasksToReview } from './facts';

const meeting = { id: '9', organization_id: '1', kind: 'regular', state: 'open', starts_at: '2026-12-05T12:30:00Z' } as Meeting;
const last = { ...meeting, id: '8', state: 'finalized', starts_at: '2026-11-05T12:30:00Z' } as Meeting;
const meetings = [
  { ...last, id: '6', starts_at: '2026-10-05T12:30:00Z' }, last, meeting,
  { ...last, id: '7', kind: 'thematic', starts_at: '2026-11-20T12:30:00Z' }, { ...last, id: '5', organization_id: '2', starts_at: '2026-11-30T12:30:00Z' },
] as Meeting[];
const task = (id: string, more: Partial<Task> = {}): Task => ({ id, title: `Việc ${id}`, due_on: null, assignees: [], state: 'open', mine: false, ...more });
const resolution = (tasks: Task[], more: Partial<Resolution> = {}): Resolution =>
  ({ id: '3', organization_id: '1', state: 'issued', issued_on: '2026-11-06', meeting_id: '8', tasks, ...more }) as Resolution;
const heard = (at: string | null): Parameters<typeof tasksToReview>[2] => at === null ? null : { closed: Date.parse(at), until: Date.parse(at) };
const told = (resolutions: Resolution[], closed: string | null = null) =>
  tasksToReview(meeting, '2026-12-05', heard(closed), resolutions, meetings).map(({ key, state }) => `${key} ${state}`);

test('the meeting goes through the open tasks and those that ended since the last meeting of its kind, the most urgent first', () => {
  const tasks = [
    task('10'), task('9', { due_on: '2026-12-20' }), task('2', { due_on: '2026-12-20' }),
    task('4', { state: 'done', finished_at: '2026-11-10T00:00:00Z' }), task('5', { state: 'done', finished_at: '2026-11-01T00:00:00Z' }),
  ];
  expect(told([resolution(tasks)])).toEqual(['2 open', '9 open', '4 done', '10 open']);
});

test('what was written before the last meeting and heard of after it is gone through', () => {
  const update = (kind: 'done' | 'progress', recorded_at: string): Partial<Task> =>
    ({ state: 'done', finished_at: '2026-11-01T00:00:00Z', updates: [{ key: 'k', kind, text: '', percent: null, at: '2026-11-01T00:00:00Z', recorded_at, full_name: null }] });
  const tasks = [
    task('1', update('done', '2026-11-06T00:00:00Z')), task('2', update('done', '2026-11-02T00:00:00Z')), task('3', update('progress', '2026-11-06T00:00:00Z')),
  ];
  expect(told([resolution(tasks)])).toEqual(['1 done']);
});

test('what a resolution out of force left behind is gone through with the mark, but for what its successor asks for as well', () => {
  const old = (more: Partial<Resolution>): Resolution =>
    resolution([task('1'), task('2')], { id: '4', state: 'revoked', revoked_on: '2026-11-20', ...more });
  const successor = resolution([task('7', { title: 'Việc 1' })], { id: '5', meeting_id: null });
  const superseded_by = { id: '5', symbol: '05-NQ/CB', title: '', issued_on: '2026-11-20' };
  const marked = (resolutions: Resolution[], closed: string | null = null): string[] =>
    tasksToReview(meeting, '2026-12-05', heard(closed), resolutions, meetings).map((one) => `${one.key}${one.superseded ? ' superseded' : ''}${one.revoked ? ' revoked' : ''}`);
  expect(marked([old({})])).toEqual(['1 revoked', '2 revoked']);
  expect(marked([old({ superseded_by }), successor])).toEqual(['2 superseded', '7']);
  // What the meeting itself put in its place was in force until then, and what went on its very day counts as before.
  expect(marked([old({ superseded_by }), { ...successor, meeting_id: '9' }])).toEqual(['1', '2']);
  expect(marked([old({ revoked_on: '2026-12-05' })], '2026-12-05T14:00:00Z')).toEqual(['1', '2']);
});

test('neither what this meeting decides nor a draft is gone through', () => {
  const others: Partial<Resolution>[] = [{ meeting_id: '9' }, { state: 'draft' }, { organization_id: '2' }, { issued_on: '2026-12-06' }];
  expect(told(others.map((more) => resolution([task('1')], more)))).toEqual([]);
});

test('the last meeting heard until its end, not until its beginning', () => {
  const late = meetings.map((one) => (one.id === '8' ? { ...one, closed_at: '2026-11-05T14:00:00Z' } : one));
  const tasks = [task('1', { state: 'done', finished_at: '2026-11-05T13:00:00Z' }), task('2', { state: 'done', finished_at: '2026-11-05T15:00:00Z' })];
  expect(tasksToReview(meeting, '2026-12-05', null, [resolution(tasks)], late).map((one) => one.key)).toEqual(['2']);
});

test('what ended after the meeting was open in it', () => {
  const done = task('1', { state: 'done', finished_at: '2026-12-05T15:00:00Z' });
  expect(told([resolution([done])], '2026-12-05T14:00:00Z')).toEqual(['1 open']);
  expect(told([resolution([done])], '2026-12-05T16:00:00Z')).toEqual(['1 done']);
});

test('a vote by hands has the name that the server gives it', async () => {
  expect(await ballotKey('17', 'hand_vote:3:resolution:thông qua nghị quyết tháng 12')).toBe('781a5669-1f20-5b66-8e48-0ef25c9c2ccd');
});
