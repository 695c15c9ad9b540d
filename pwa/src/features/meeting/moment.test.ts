import { expect, test } from 'vitest';
import type { AbsenceRequest, Member } from '$api/shapes';
import { database, write } from '$db/database';
import { ownAbsenceRequest, ownAttendance } from '$db/queries';
import { overlay } from '$sync/outbox';
import { flush } from '$sync/flush';
import { requestAbsence, withdrawAbsence } from './commands';
import { isThere, isUnsent, mayJoin, takerAct } from './moment';
import { meeting } from '../../../tests/samples';
import { empty, json, serve } from '../../../tests/server';

async function known(): Promise<AbsenceRequest[]> {
  return overlay('absence_requests', await (await database()).getAll('absence_requests'), (request) => request.id);
}

test('a request to be excused counts as unsent until the server has answered it with an id of its own', async () => {
  await requestAbsence(meeting(), { id: '3', full_name: 'Nguyễn Thị Mẫu' } as Member, 'Đi công tác');
  expect((await known()).map(isUnsent)).toEqual([true]);
  const answer = { id: '5', meeting_id: '17', member_id: '3', reason: 'Đi công tác', decision: null };
  serve(json(answer, 201));
  expect(await flush()).toMatchObject({ sent: 1, left: 0 });
  expect((await known()).filter(isUnsent)).toEqual([]);
});

test('a request that is withdrawn before it was sent is not sent, and counts for none', async () => {
  const member = { id: '3', full_name: 'Nguyễn Thị Mẫu' } as Member;
  await requestAbsence(meeting(), member, 'Đi công tác');
  const asked = await ownAbsenceRequest('17', '3');
  await withdrawAbsence(asked as AbsenceRequest);
  expect(await ownAbsenceRequest('17', '3')).toBeNull();
  const log = serve(empty());
  expect(await flush()).toMatchObject({ sent: 1, left: 0 });
  expect(log.map(({ method, path }) => [method, path])).toEqual([['DELETE', '/api/meetings/17/absence-requests/mine']]);
  expect(await ownAbsenceRequest('17', '3')).toBeNull();
});

test('one that was answered is withdrawn at once, and another may be made', async () => {
  const asked = { id: '5', meeting_id: '17', member_id: '3', reason: 'Ốm', decision: 'approved', created_at: '2026-12-01T02:00:00Z' } as AbsenceRequest;
  const before: AbsenceRequest = { ...asked, id: '4', decision: 'refused', created_at: '2026-11-30T02:00:00Z' };
  await write(['absence_requests'], async (tx) => {
    for (const row of [before, asked]) await tx.objectStore('absence_requests').put(row);
  });
  await write(['attendance'], async (tx) => {
    const line = { checked_in_at: null, recorded_at: null, flags: [], state: 'excused' as const };
    await tx.objectStore('attendance').put({ ...line, meeting_id: '17', method: 'request' });
    // Somebody wrote this one down by hand, which no withdrawal changes.
    await tx.objectStore('attendance').put({ ...line, meeting_id: '18', method: 'secretary' });
  });
  await withdrawAbsence(asked);
  await withdrawAbsence({ ...asked, id: '6', meeting_id: '18' });
  expect(await ownAbsenceRequest('17', '3')).toBeNull();
  expect([...(await ownAttendance()).values()].map(({ state }) => state)).toEqual([null, 'excused']);
  serve(empty(), empty());
  await flush();
  expect((await known()).filter(({ meeting_id }) => meeting_id === '17').map(({ id, decision }) => [id, decision])).toEqual([['4', 'refused'], ['5', 'withdrawn']]);
  await requestAbsence(meeting(), { id: '3', full_name: 'Nguyễn Thị Mẫu' } as Member, 'Lại ốm');
  expect((await ownAbsenceRequest('17', '3'))?.reason).toBe('Lại ốm');
});

test.each([
  ['local-abc', true],
  ['17', false],
  ['17-local-', false],
])('the id %s: unsent %s', (id, unsent) => {
  expect(isUnsent({ id } as AbsenceRequest)).toBe(unsent);
});

test.each([
  ['present', true], ['late', true], ['excused', false], ['unexcused', false], ['exempt', false], [null, false], [undefined, false],
] as const)('%s is there: %s', (state, there) => {
  expect(isThere(state)).toBe(there);
});

test('the minute-taker has nothing to do yet, then notes, and the minutes once the meeting is over', () => {
  const states = ['draft', 'convened', 'open', 'closed', 'finalized', 'cancelled'] as const;
  expect(states.slice(0, 5).map((state) => takerAct({ state }))).toEqual(['later', 'later', 'notes', 'minutes', 'minutes']);
  expect(states.filter((state) => mayJoin({ state }))).toEqual(['convened', 'open']);
});
