import { expect, test } from 'vitest';
import { clockOf, instantNear, notAfter, stayError } from './stay';

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

const MEETING = { starts_at: START, opened_at: '2026-12-05T12:40:00.000Z', closed_at: null };
const at = (time: string): string => `2026-12-05T${time}:00.000Z`;

test.each([
  ['12:35', null, null],
  ['11:30', null, null],
  ['11:29', null, { field: 'arrived_at', code: 'too_early' }],
  [null, '13:10', null],
  [null, '13:11', { field: 'left_at', code: 'too_late' }],
  ['12:50', '12:50', { field: 'left_at', code: 'before_arrival' }],
])('nobody comes long before the meeting or leaves before the hour has come: %s to %s', (came, left, wrong) => {
  const stay = { arrived_at: came && at(came), left_at: left && at(left) };
  expect(stayError(stay, MEETING, Date.parse(at('13:00')))).toEqual(wrong);
});

test('a time that was rounded up to a step of five minutes is this moment; one that has long not come stays as it is', () => {
  const now = Date.parse('2026-12-05T13:03:20.000Z');
  expect([at('13:05'), at('13:00'), at('13:30'), null].map((time) => notAfter(time, now))).toEqual([at('13:03'), at('13:00'), at('13:30'), null]);
});

test('after the closing its time is the last one', () => {
  const closed = { ...MEETING, closed_at: at('13:30') };
  expect(stayError({ arrived_at: null, left_at: at('13:41') }, closed, Date.parse(at('20:00')))?.code).toBe('too_late');
  expect(stayError({ arrived_at: null, left_at: at('13:40') }, closed, Date.parse(at('20:00')))).toBeNull();
});
