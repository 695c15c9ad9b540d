import { expect, test } from 'vitest';
import { HOURS, minuteChoices, partsOf, withHour, withMinute } from './time-of-day';

test('the day has 24 hours, written with two figures', () => {
  expect([HOURS.length, HOURS[0], HOURS[19], HOURS.at(-1)]).toEqual([24, '00', '19', '23']);
});

test.each([
  ['19:30', { hour: '19', minute: '30' }],
  ['', { hour: '', minute: '' }],
  ['07', { hour: '07', minute: '' }],
])('“%s” is taken apart', (value, parts) => {
  expect(partsOf(value)).toEqual(parts);
});

test('minutes are chosen in steps of five', () => {
  expect(minuteChoices('30', 5)).toEqual(['00', '05', '10', '15', '20', '25', '30', '35', '40', '45', '50', '55']);
});

test('a minute between the steps is not lost, and stands in its place', () => {
  expect(minuteChoices('07', 15)).toEqual(['00', '07', '15', '30', '45']);
  expect(minuteChoices('', 30)).toEqual(['00', '30']);
});

test('no step reaches the sixtieth minute', () => {
  expect(minuteChoices('', 25)).toEqual(['00', '25', '50']);
});

test('the first choice of an hour begins at the full hour; another one keeps the minutes', () => {
  expect(withHour('', '19')).toBe('19:00');
  expect(withHour('18:45', '19')).toBe('19:45');
  expect(withMinute('19:00', '05')).toBe('19:05');
});
