import { expect, test } from 'vitest';
import type { Room, Standing } from '$sync/room';
import { mayBeOneWith } from './doubles';

test('a vote names those that may be the same, and no others', () => {
  const count = (subject: string): Standing => ({ entry: { subject }, data: { ballot: { title: `Vote ${subject}` } } }) as unknown as Standing;
  const room = { doubles: [[count('a'), count('b')], [count('c'), count('a')]] } as Pick<Room, 'doubles'>;
  expect(['a', 'b', 'c', 'd'].map((subject) => mayBeOneWith(subject, room))).toEqual([['Vote b', 'Vote c'], ['Vote a'], ['Vote a'], []]);
});
