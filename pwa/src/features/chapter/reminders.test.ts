import { describe, expect, it } from 'vitest';
import { saySpans } from '$lib/spans';
import { reminderMinutes, remindersAhead } from './reminders';

const START = '2026-12-05T12:30:00Z';
const at = (iso: string): number => Date.parse(iso);

describe('the reminders that a convening promises', () => {
  it('are those of the rule of the organisation, else the usual ones', () => {
    expect(reminderMinutes({ rules: { 'reminders.before_minutes': [4320, 90] }, templates: {} })).toEqual([4320, 90]);
    expect(reminderMinutes({ rules: {}, templates: {} })).toEqual([2880, 1440, 120]);
  });

  it('can still come: convened two minutes before the start nobody is reminded', () => {
    const usual = [2880, 1440, 120];
    expect(remindersAhead(START, at('2026-12-01T00:00:00Z'), usual)).toEqual(usual);
    expect(remindersAhead(START, at('2026-12-04T12:30:00Z'), usual)).toEqual([120]);
    expect(remindersAhead(START, at('2026-12-05T12:28:00Z'), usual)).toEqual([]);
  });

  it('are said in whole days, else hours, else minutes', () => {
    expect(saySpans([2880, 120, 90])).toBe('2 ngày, 2 giờ, 90 phút');
    expect(saySpans([])).toBe('');
  });
});
