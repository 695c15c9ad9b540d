import { describe, expect, it } from 'vitest';
import { readDate, withStrokes, writeDate } from './date-text';

describe('a date written by hand', () => {
  it.each([
    ['03/12/2026', '2026-12-03'], ['3/12/2026', '2026-12-03'], ['3.12.2026', '2026-12-03'], [' 3 - 12 - 2026 ', '2026-12-03'],
    ['03122026', '2026-12-03'], ['2026-12-03', '2026-12-03'], ['29/02/2028', '2028-02-29'],
  ])('%s is read with the day first', (text, iso) => expect(readDate(text)).toBe(iso));

  it.each(['', '3/12', '3/12/26', '31/02/2026', '29/02/2026', '12/31/2026', 'mai', '03/12/0026'])(
    '%s is none', (text) => expect(readDate(text)).toBeNull(),
  );

  it('is written with the day first', () => {
    expect(writeDate('2026-12-03')).toBe('03/12/2026');
    expect(writeDate('')).toBe('');
  });

  it('gets its strokes while numbers are typed, and keeps those that are there', () => {
    expect(withStrokes('0')).toBe('0');
    expect(withStrokes('03')).toBe('03/');
    expect(withStrokes('0312')).toBe('03/12/');
    expect(withStrokes('03/12')).toBe('03/12/');
    expect(withStrokes('03/122')).toBe('03/12/2');
    expect(withStrokes('03122026')).toBe('03/12/2026');
    expect(withStrokes('3/12')).toBe('3/12');
  });
});
