import { expect, test } from 'vitest';
import type { Room, Standing } from '$sync/room';
import type { Ballot } from '$api/ballot-shapes';
import { mayBeOneWith, standUntilSigned } from './doubles';

test('a vote names those that may be the same, and no others', () => {
  const count = (subject: string): Standing => ({ entry: { subject }, data: { ballot: { title: `Vote ${subject}` } } }) as unknown as Standing;
  const room = { doubles: [[count('a'), count('b')], [count('c'), count('a')]] } as Pick<Room, 'doubles'>;
  expect(['a', 'b', 'c', 'd'].map((subject) => mayBeOneWith(subject, room))).toEqual([['Vote b', 'Vote c'], ['Vote a'], ['Vote a'], []]);
});

test('what people counted stands until the meeting is settled, what phones counted stands', () => {
  const counted = (method: Ballot['method'], closed = true) => ({ method, result: closed ? {} : null }) as Ballot;
  expect(standUntilSigned('open', [counted('phone'), counted('hand')])).toBe(true);
  expect(standUntilSigned('closed', [counted('secret_paper')])).toBe(true);
  expect(standUntilSigned('finalized', [counted('hand')])).toBe(false);
  expect(standUntilSigned('open', [counted('phone'), counted('secret'), counted('hand', false)])).toBe(false);
});
