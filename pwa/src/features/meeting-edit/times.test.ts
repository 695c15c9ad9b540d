import { describe, expect, it } from 'vitest';
import { dateIn, instantOf, plusMinutes, retitle, usualDays } from './times';

const DAYS = [3, 4, 5];

describe('times on the wall of a zone', () => {
  it('become instants and come back', () => {
    expect(instantOf('2026-12-03', '19:30', 'Asia/Ho_Chi_Minh')).toBe('2026-12-03T12:30:00.000Z');
    expect(dateIn('2026-12-02T17:30:00Z', 'Asia/Ho_Chi_Minh')).toBe('2026-12-03');
  });
  it('mind the change of clocks where there is one', () => {
    expect(instantOf('2026-10-25', '12:00', 'Europe/Paris')).toBe('2026-10-25T11:00:00.000Z');
    expect(instantOf('2026-10-24', '12:00', 'Europe/Paris')).toBe('2026-10-24T10:00:00.000Z');
  });
  it('are none while a field is empty', () => {
    expect(instantOf('', '19:30')).toBeNull();
    expect(instantOf('2026-12-03', '')).toBeNull();
  });
  it('stop at midnight', () => {
    expect(plusMinutes('19:30', 90)).toBe('21:00');
    expect(plusMinutes('23:00', 60)).toBeNull();
  });
});

describe('the usual days', () => {
  it('are day 3 to 5 of the next month', () => {
    expect(usualDays('2026-11-21', new Set(), DAYS)).toEqual(['2026-12-03', '2026-12-04', '2026-12-05']);
  });
  it('are the rest of this month’s when they are still ahead', () => {
    expect(usualDays('2026-12-03', new Set(), DAYS)).toEqual(['2026-12-04', '2026-12-05']);
  });
  it('pass over a month that has its meeting, and the turn of the year', () => {
    expect(usualDays('2026-11-21', new Set(['2026-12']), DAYS)[0]).toBe('2027-01-03');
  });
});

describe('the title', () => {
  it('names the month of the new date, written as before', () => {
    expect(retitle('Sinh hoạt chi bộ tháng 9/2026', '2026-12-03')).toBe('Sinh hoạt chi bộ tháng 12/2026');
    expect(retitle('Họp Tháng 11 năm 2026', '2027-01-04')).toBe('Họp Tháng 01 năm 2027');
    expect(retitle('Đại hội chi bộ', '2026-12-03')).toBe('Đại hội chi bộ');
  });
});
