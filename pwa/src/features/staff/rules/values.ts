import { locale } from '$i18n';
import { t, vi } from './messages';
import type { Setting, SettingValue } from './shapes';

type Key = keyof typeof vi;
const HOUR = 60;
const DAY = 24 * HOUR;
/** Times of reminding that are offered, in minutes before the meeting. */
export const REMINDERS = [7 * DAY, 3 * DAY, 2 * DAY, DAY, 12 * HOUR, 3 * HOUR, 2 * HOUR, HOUR, 30];

function word(key: string): string | null {
  return key in vi ? t(key as Key) : null;
}
/** The words of a setting; an unknown one of a newer server shows none. */
export function nameOf(name: string): string {
  return word(`name.${name}`) ?? '';
}
export function aboutOf(name: string): string {
  return word(`about.${name}`) ?? '';
}

/** "2 ngày", "90 phút" */
export function duration(minutes: number): string {
  if (minutes % DAY === 0) return t('value.days', { n: minutes / DAY });
  return minutes % HOUR === 0 ? t('value.hours', { n: minutes / HOUR }) : t('value.minutes', { n: minutes });
}

function list(parts: string[]): string {
  return new Intl.ListFormat(locale.tag, { type: 'unit' }).format(parts);
}

/** A value of this setting in words. */
export function say(setting: Pick<Setting, 'name' | 'type' | 'unit'>, value: SettingValue): string {
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no');
  if (setting.type === 'text') return value === '' ? t('value.byName') : String(value);
  if (typeof value === 'string') {
    if (value === '1/1') return t('value.whole');
    if (!setting.name.startsWith('vote.')) return value;
    return t(setting.name === 'vote.resolution_majority' ? 'value.moreThan' : 'value.atLeast', { share: value });
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return t('value.noReminder');
    if (setting.unit === 'minutes') return list(value.map(duration));
    if (setting.unit === 'days') return list(value.map((n) => (n === 0 ? t('value.onTheDay') : t('value.days', { n }))));
    return t('value.days_of_month', { list: list(value.map(String)) });
  }
  if (setting.name === 'attendance.late_after_minutes') return t('value.late', { n: value });
  const key = `value.${setting.unit}`;
  return key in vi ? t(key as Key, { n: value }) : String(value);
}

/** Where the value in force comes from. */
export function origin(setting: Setting): string {
  if (setting.own) return t('from.own');
  return setting.inherited_from ? t('from.above', { name: setting.inherited_from.name }) : t('from.default');
}

/** What was typed as a whole number; null when it is none. */
export function wholeNumber(text: string): number | null {
  return /^\d{1,4}$/.test(text.trim()) ? Number(text) : null;
}

/** What was typed as whole numbers, separated by commas, semicolons or blanks; null when something else stands there. */
export function wholeNumbers(text: string): number[] | null {
  const numbers = text.split(/[\s,;]+/).filter(Boolean).map(wholeNumber);
  return numbers.includes(null) ? null : (numbers as number[]);
}

/** What the field for several numbers is called, with an example that its rule may have. */
export function numbersField({ unit, default: usual }: Pick<Setting, 'unit' | 'default'>): { label: string; hint: string } {
  if (unit === 'days_of_month') return { label: t('field.days'), hint: t('field.daysHint') };
  return { label: t('field.numbers'), hint: t('field.numbersHint', { example: Array.isArray(usual) ? usual.join(', ') : '' }) };
}

/** The sentence for what was typed and is no value of this type. */
export const notTyped = ({ type }: Pick<Setting, 'type'>): string => t(type === 'integers' ? 'error.not_integers' : 'error.not_integer');

/** The sentence of an error code of the API about a value. */
export function errorText(code: string, params: Record<string, unknown> = {}): string {
  const { min = '', max = '', other = '', value = '', name = '', count = 1 } = params as
    { min?: number; max?: number; other?: string; value?: number; name?: string; count?: number };
  const key = `error.${code}`;
  return key in vi ? t(key as Key, { min, max, other: nameOf(other), value, name, n: count - 1 }) : t('error.other');
}
