import { describe, expect, it } from 'vitest';
import { en } from './messages.en';
import { vi } from './messages';
import { duration, errorText, notTyped, numbersField, say, wholeNumber, wholeNumbers } from './values';

describe('a value in words', () => {
  it('says its unit', () => {
    expect(say({ name: 'meeting.notice_days', type: 'integer', unit: 'days' }, 3)).toBe('3 ngày');
    expect(say({ name: 'attendance.late_after_minutes', type: 'integer', unit: 'minutes' }, 15)).toBe('sau 15 phút');
    expect(say({ name: 'meeting.thematic_combines', type: 'boolean', unit: null }, false)).toBe('Không');
    expect(say({ name: 'meeting.days', type: 'integers', unit: 'days_of_month' }, [3, 4, 5])).toBe('ngày 3, 4, 5');
    expect(say({ name: 'reminders.officers_before_minutes', type: 'integers', unit: 'minutes' }, [])).toBe('không nhắc');
    expect(say({ name: 'reminders.quiet_from', type: 'integer', unit: 'hour_of_day' }, 22)).toBe('22 giờ');
    expect(say({ name: 'reminders.before_minutes', type: 'integers', unit: 'minutes' }, [2880, 1440, 120])).toBe('2 ngày, 1 ngày, 2 giờ');
  });

  it('is as it was written, or says what no words mean', () => {
    expect(say({ name: 'documents.place', type: 'text', unit: null }, 'Minh Sơn')).toBe('Minh Sơn');
    expect(say({ name: 'documents.place', type: 'text', unit: null }, '')).toBe('theo tên tổ chức cấp trên');
  });

  it('tells "more than" from "at least", as the rule has it', () => {
    expect(say({ name: 'vote.resolution_majority', type: 'fraction', unit: null }, '1/2')).toBe('hơn 1/2');
    expect(say({ name: 'vote.admission_majority', type: 'fraction', unit: null }, '2/3')).toBe('ít nhất 2/3');
    expect(say({ name: 'attendance.quorum', type: 'fraction', unit: null }, '2/3')).toBe('2/3');
    expect(say({ name: 'attendance.quorum', type: 'fraction', unit: null }, '1/1')).toBe('tất cả');
  });

  it('takes the longest whole unit of a duration', () => {
    expect([2880, 2160, 90, 60].map(duration)).toEqual(['2 ngày', '36 giờ', '90 phút', '1 giờ']);
  });
});

describe('what is typed', () => {
  it('is a whole number or none', () => {
    expect(wholeNumber(' 12 ')).toBe(12);
    for (const text of ['', '1.5', '-1', 'hai']) expect(wholeNumber(text)).toBeNull();
  });
  it('may be several, however they are separated', () => {
    expect(wholeNumbers('3, 4;5  6')).toEqual([3, 4, 5, 6]);
    expect(wholeNumbers('')).toEqual([]);
    expect(wholeNumbers('3, ba')).toBeNull();
  });
  it('is asked for by what the numbers are: days of the month, or how many days', () => {
    expect(numbersField({ unit: 'days_of_month', default: [3, 4, 5] }).label).toBe('Các ngày trong tháng');
    const field = numbersField({ unit: 'days', default: [3, 7] });
    expect(field.label).toBe('Số ngày');
    expect(field.hint).toContain('Ví dụ: 3, 7');
    expect(notTyped({ type: 'integers' })).toContain('dấu phẩy');
    expect(notTyped({ type: 'integer' })).toContain('một số');
  });
  it('is told in a sentence when it is refused', () => {
    expect(errorText('out_of_range', { min: 1, max: 31 })).toBe('Phải từ 1 đến 31.');
    expect(errorText('above_other', { max: 3, other: 'meeting.notice_days' })).toContain('Triệu tập trước');
    const below = { other: 'score.fair_from', value: 88, name: 'Chi bộ Văn phòng', count: 1 };
    expect(errorText('contradicts_below', below)).toContain('Trái với “Chi bộ Văn phòng”: ở đó đang đặt 88');
    expect(errorText('contradicts_below', { ...below, count: 3 })).toContain('“Chi bộ Văn phòng” và 2 nơi khác');
    expect(errorText('something_new')).toBe('Giá trị này không dùng được.');
  });
});

it('has every word in both languages', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
});
