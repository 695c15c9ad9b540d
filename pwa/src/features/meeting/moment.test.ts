import { expect, test } from 'vitest';
import type { AbsenceRequest, Member } from '$api/shapes';
import { database } from '$db/database';
import { overlay } from '$sync/outbox';
import { flush } from '$sync/flush';
import { requestAbsence } from './commands';
import { isThere, isUnsent } from './moment';
import { meeting } from '../../../tests/samples';
import { json, serve } from '../../../tests/server';

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
