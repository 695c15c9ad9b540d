import { describe, expect, it } from 'vitest';
import type { Schedule } from '$api/prepare-shapes';
import type { Meeting } from '$api/shapes';
import { dayIn, nextDays, nextMonth } from './schedule';

const ZONE = 'Asia/Ho_Chi_Minh';
const rule = (changes: Partial<Schedule>): Schedule => ({
  kind: 'regular', starts: '19:30', minutes: 90, place: 'X', online_url: null, day: null, week: null, weekday: null,
  next_working_day: false, ...changes,
});

describe('the usual day of a month', () => {
  it.each([
    [{ day: 3 }, 2026, 12, '2026-12-03'],
    [{ day: 3 }, 2027, 1, '2027-01-03'],
    [{ day: 3, next_working_day: true }, 2027, 1, '2027-01-04'],
    [{ day: 5, next_working_day: true }, 2026, 12, '2026-12-07'],
    [{ day: 31 }, 2027, 2, '2027-02-28'],
    [{ day: 31, next_working_day: true }, 2027, 1, '2027-01-29'],
    [{ week: 1, weekday: 5 }, 2026, 12, '2026-12-05'],
    [{ week: 4, weekday: 0 }, 2026, 12, '2026-12-28'],
    [{ week: -1, weekday: 0 }, 2026, 11, '2026-11-30'],
    [{ week: -1, weekday: 6 }, 2026, 12, '2026-12-27'],
  ])('is the one that the server finds: %o in %i-%i', (changes, year, month, expected) => {
    expect(dayIn(rule(changes), year, month)).toBe(expected);
  });

  it('is told for the months to come', () => {
    expect(nextDays(rule({ day: 3 }), new Date('2026-12-03T03:00:00Z'), ZONE, 2)).toEqual(['2027-01-03', '2027-02-03']);
  });
});

describe('the month of the next meeting', () => {
  const meeting = (state: string, starts_at: string): Meeting =>
    ({ id: starts_at, organization_id: '3', kind: 'regular', state, starts_at, timezone: ZONE }) as unknown as Meeting;
  const now = new Date('2026-11-22T03:00:00Z');

  it('is the first that is ahead and not convened', () => {
    expect(nextMonth([], '3', rule({ day: 3 }), now, ZONE)).toBe(12);
    expect(nextMonth([meeting('convened', '2026-12-03T12:30:00Z')], '3', rule({ day: 3 }), now, ZONE)).toBe(1);
    expect(nextMonth([meeting('draft', '2026-12-03T12:30:00Z')], '3', rule({ day: 3 }), now, ZONE)).toBe(12);
    expect(nextMonth([meeting('cancelled', '2026-12-03T12:30:00Z')], '3', rule({ day: 3 }), now, ZONE)).toBe(12);
  });
  it('follows the day of the last meeting where there is no schedule', () => {
    expect(nextMonth([meeting('finalized', '2026-10-25T12:30:00Z')], '3', null, now, ZONE)).toBe(11);
    expect(nextMonth([meeting('finalized', '2026-11-05T12:30:00Z')], '3', null, now, ZONE)).toBe(12);
  });
  it('is not said before the first meeting of a cell: the form proposes a day of its own', () => {
    expect(nextMonth([], '3', null, now, ZONE)).toBeNull();
  });
});
