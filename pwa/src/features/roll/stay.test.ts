import { expect, test } from 'vitest';
import { clockOf, instantNear } from './stay';

const ZONE = 'Asia/Ho_Chi_Minh';
const START = '2026-12-05T12:30:00.000Z';

test('a time of the day is read on the wall of the meeting', () => {
  expect(clockOf(START, ZONE)).toBe('19:30');
  expect(instantNear(START, '19:45', ZONE)).toBe('2026-12-05T12:45:00.000Z');
  expect(instantNear(START, '19:05', ZONE)).toBe('2026-12-05T12:05:00.000Z');
});

test('a meeting that runs past midnight is left on the next day', () => {
  const late = '2026-12-05T16:00:00.000Z';
  expect(instantNear(late, '00:20', ZONE)).toBe('2026-12-05T17:20:00.000Z');
  expect(instantNear('2026-12-05T17:10:00.000Z', '23:50', ZONE)).toBe('2026-12-05T16:50:00.000Z');
});

test('half a time is none', () => {
  expect(instantNear(START, '', ZONE)).toBeNull();
  expect(instantNear(START, '19:', ZONE)).toBeNull();
});
