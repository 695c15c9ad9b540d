import { afterEach, expect, test, vi } from 'vitest';
import {
  ago, chooseLanguage, countdown, dateOf, daysToDate, dayOf, fileSize, loadProblems, locale, monthKey, monthName, problemText, stamp, t,
  timeAndDay,
} from '$i18n';
import { core } from '$i18n/core.vi';
import { formatMessage } from '$i18n/icu';
import { problems } from '$i18n/problems.vi';
import { pseudo } from '$i18n/pseudo';

type Catalogue = Record<string, string>;
type Module = Record<string, unknown>;

const vietnamese = import.meta.glob<Module>(['../src/features/**/*messages.ts', '!../src/features/**/*.en.ts', '../src/i18n/*.vi.ts'], {
  eager: true,
});
const english = import.meta.glob<Module>(['../src/features/**/*.en.ts', '../src/i18n/*.en.ts'], { eager: true });

function catalogueOf(module: Module): Catalogue {
  const found = Object.values(module).find((value) => typeof value === 'object' && value !== null);
  return found as Catalogue;
}

const pairs = Object.entries(vietnamese).map(([path, module]) => {
  const other = english[path.replace(/(\.vi)?\.ts$/, '.en.ts')];
  return [path.replace('../src/', ''), catalogueOf(module), other ? catalogueOf(other) : undefined] as const;
});

/** Every parameter of a message, found by asking for it. */
function parametersOf(message: string): string[] {
  const asked = new Set<string>();
  const params = new Proxy({} as Record<string, number>, {
    get: (_target, name) => {
      asked.add(String(name));
      return 2;
    },
  });
  formatMessage(message, params, 'vi-VN');
  return [...asked].sort();
}

afterEach(() => chooseLanguage('vi'));

test('there are catalogues to check', () => {
  expect(pairs.length).toBeGreaterThan(8);
});

test.each(pairs)('%s says everything in English too, with the same parameters', (_path, vi, en) => {
  expect(Object.keys(en ?? {}).sort()).toEqual(Object.keys(vi).sort());
  for (const [key, message] of Object.entries(vi)) {
    expect([key, parametersOf(en?.[key] ?? '')]).toEqual([key, parametersOf(message)]);
    expect(message.trim(), key).toBe(message);
    expect(message.normalize('NFC'), key).toBe(message);
  }
});

test.each(pairs)('%s keeps its placeholders in the pseudo-locale', (_path, vi) => {
  for (const message of Object.values(vi)) {
    expect(parametersOf(pseudo(message))).toEqual(parametersOf(message));
    expect(pseudo(message).length).toBeGreaterThan(message.length);
  }
});

test('every problem code of the contract has its own sentence with a way on', async () => {
  await loadProblems();
  const codes = [
    'invalid_credentials', 'too_many_attempts', 'busy', 'invalid_activation_code', 'activation_expired', 'weak_password',
    'not_authenticated', 'forbidden', 'not_found', 'wrong_state', 'precondition_required', 'precondition_failed',
    'validation_failed', 'unknown_field', 'idempotency_conflict', 'idempotency_in_progress', 'invalid_check_in_token',
    'check_in_closed', 'not_summoned', 'classified_document', 'unsupported_file_type', 'file_too_large', 'body_too_large',
    'damaged_file', 'endpoint_not_allowed', 'wrong_origin', 'malformed_body', 'already_decided', 'notice_too_short',
    'unavailable', 'internal_error', 'network',
  ];
  const sentences = codes.map(problemText);
  expect(new Set(sentences).size).toBe(codes.length);
  for (const sentence of sentences) expect(sentence).toMatch(/[.]$/);
  expect(problemText('never_heard_of')).toBe(problems['problem.unexpected']);
});

test('plurals, numbers and choices', () => {
  const message = '{n, plural, =0 {không có} one {# item} other {# items}} · {who, select, me {tôi} other {người khác}}';
  expect(formatMessage(message, { n: 0, who: 'me' }, 'en-GB')).toBe('không có · tôi');
  expect(formatMessage(message, { n: 1, who: 'x' }, 'en-GB')).toBe('1 item · người khác');
  expect(formatMessage(message, { n: 1200, who: 'x' }, 'en-GB')).toBe('1,200 items · người khác');
  expect(formatMessage('{n, number}', { n: 1234.5 }, 'vi-VN')).toBe('1.234,5');
});

test.each(['{n', '{n, plural, one {x}}', '}', '{n, spell}', '{a} {', '{, plural, other {x}}'])('the message %j does not parse', (message) => {
  expect(() => formatMessage(message, { n: 1, a: 1 }, 'vi-VN')).toThrow();
});

test('a missing parameter is an error, not an empty place', () => {
  expect(() => formatMessage('{name}', {}, 'vi-VN')).toThrow('name');
});

test('the language can be changed and changed back', async () => {
  expect(t('tab.today')).toBe(core['tab.today']);
  await chooseLanguage('en');
  expect(t('tab.today')).toBe('Today');
  await chooseLanguage('qps');
  expect(t('tab.today')).toMatch(/^\[.*~+\]$/);
  await chooseLanguage('vi');
  expect(t('tab.today')).toBe('Hôm nay');
});

const now = new Date('2026-12-01T03:00:00Z');

test('times as people say them, in the zone of the organisation', () => {
  expect(timeAndDay('2026-12-03T12:30:00+00:00', 'Asia/Ho_Chi_Minh')).toMatch(/^19:30, thứ Năm 3\/12(\/2026)?$/);
  expect(dayOf('2026-12-03T23:30:00+00:00', 'Asia/Ho_Chi_Minh')).toMatch(/^thứ Sáu 4\/12/);
  expect(timeAndDay('2026-12-06T17:05:00+00:00', 'Asia/Ho_Chi_Minh')).toMatch(/^00:05, thứ Hai 7\/12/);
  expect(dayOf('2026-12-06T02:00:00Z', 'Asia/Ho_Chi_Minh')).toMatch(/^Chủ nhật 6\/12/);
});

test('short stamps carry the day only when it is not today', () => {
  expect(stamp('2026-12-01T02:02:00Z', 'Asia/Ho_Chi_Minh', now)).toBe('09:02');
  expect(stamp('2026-11-30T02:02:00Z', 'Asia/Ho_Chi_Minh', now)).toBe('09:02, 30/11');
  expect(stamp('2025-11-30T02:02:00Z', 'Asia/Ho_Chi_Minh', now)).toBe('09:02, 30/11/2025');
});

test.each([
  ['2026-12-01T03:20:00Z', 'còn 20 phút'],
  ['2026-12-01T12:30:00Z', 'hôm nay, còn 10 giờ'],
  ['2026-12-02T12:30:00Z', 'ngày mai'],
  ['2026-12-03T12:30:00Z', 'còn 2 ngày'],
  ['2026-12-01T02:30:00Z', 'đang diễn ra'],
  ['2026-11-30T12:30:00Z', 'đã kết thúc'],
])('the way to %s in words', (start, words) => {
  const end = new Date(Date.parse(start) + 5_400_000).toISOString();
  expect(countdown(start, end, now, 'Asia/Ho_Chi_Minh')).toBe(words);
});

test.each([
  ['2026-12-01T02:59:40Z', 'vừa xong'],
  ['2026-12-01T02:30:00Z', '30 phút trước'],
  ['2026-12-01T00:30:00Z', '2 giờ trước'],
  ['2026-11-30T12:30:00Z', '19:30 hôm qua'],
  ['2026-11-28T12:30:00Z', '3 ngày trước'],
  ['2026-11-01T12:30:00Z', '1/11'],
])('how long ago %s was', (moment, words) => {
  expect(ago(moment, now, 'Asia/Ho_Chi_Minh')).toBe(words);
});

test('months, dates and sizes', async () => {
  expect(monthKey('2026-11-30T17:00:00Z', 'Asia/Ho_Chi_Minh')).toBe('2026-12');
  expect(monthName('2026-12')).toBe('tháng 12/2026');
  expect(dateOf('2026-02-03')).toBe('03/02/2026');
  expect(daysToDate('2026-12-03', now)).toBe(2);
  expect(fileSize(300)).toBe('1 KB');
  expect(fileSize(1_300_000)).toBe('1,2 MB');
  await chooseLanguage('en');
  expect(monthName('2026-12')).toBe('December 2026');
});

test('a language whose words cannot be fetched leaves Vietnamese, its dates included', async () => {
  vi.doMock('$i18n/core.en', () => Promise.reject(new TypeError('Failed to fetch')));
  await chooseLanguage('en');
  expect([locale.language, t('tab.today'), dayOf('2026-12-03T12:00:00Z')]).toEqual(['vi', 'Hôm nay', 'thứ Năm 3/12']);
  vi.doUnmock('$i18n/core.en');
  await chooseLanguage('en');
  expect([locale.language, t('tab.today'), dayOf('2026-12-03T12:00:00Z')]).toEqual(['en', 'Today', 'Thursday 3/12']);
});
