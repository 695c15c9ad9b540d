import { locale } from './locale.svelte';
import { formatNumber } from './icu';
import { t } from './core.svelte';

/** Where nothing else is said, times are those of Việt Nam. */
export const DEFAULT_ZONE = 'Asia/Ho_Chi_Minh';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions, zone: string): Intl.DateTimeFormat {
  const key = `${locale.tag} ${zone} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale.tag, { timeZone: zone, ...options })));
  return made;
}

interface Parts {
  year: number;
  month: number;
  day: number;
}

/** The calendar day of a moment in a zone. */
export function dayParts(moment: Date, zone: string = DEFAULT_ZONE): Parts {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .format(moment)
    .split('-')
    .map(Number);
  return { year: parts[0] ?? 0, month: parts[1] ?? 0, day: parts[2] ?? 0 };
}

/** Whole calendar days from now to the moment, in the zone: 1 is tomorrow, -1 yesterday. */
export function daysUntil(moment: Date, now: Date, zone: string = DEFAULT_ZONE): number {
  const serial = (parts: Parts): number => Date.UTC(parts.year, parts.month - 1, parts.day) / 86_400_000;
  return serial(dayParts(moment, zone)) - serial(dayParts(now, zone));
}

/** `2026-12` of a moment in its zone: the key under which meetings are grouped. */
export function monthKey(iso: string, zone: string = DEFAULT_ZONE): string {
  const { year, month } = dayParts(new Date(iso), zone);
  return `${year}-${String(month).padStart(2, '0')}`;
}

/** "tháng 12/2026" of `2026-12`. */
export function monthName(key: string): string {
  const [year, month] = key.split('-').map(Number);
  if (locale.language === 'en') {
    return format({ month: 'long', year: 'numeric' }, 'UTC').format(Date.UTC(year ?? 0, (month ?? 1) - 1, 15));
  }
  return t('date.month', { month: month ?? 0, year: String(year) });
}

/** "19:30" */
export function timeOf(iso: string, zone: string = DEFAULT_ZONE): string {
  return format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone).format(new Date(iso));
}

/** "thứ Năm" */
export function weekday(iso: string, zone: string = DEFAULT_ZONE): string {
  const name = format({ weekday: 'long' }, zone).format(new Date(iso));
  if (locale.language === 'en') return name;
  // Days are numbered, and a number as a name keeps its capital ("thứ Hai"); of Sunday the first word has it.
  return name.startsWith('Th') ? `t${name.slice(1)}` : name.charAt(0).toUpperCase() + name.slice(1).toLowerCase();
}

/** "3/12", with the year when it is not this one: "3/12/2025". */
export function dayMonth(iso: string, zone: string = DEFAULT_ZONE, now: Date = new Date()): string {
  const { year, month, day } = dayParts(new Date(iso), zone);
  return year === dayParts(now, zone).year ? `${day}/${month}` : `${day}/${month}/${year}`;
}

/** "thứ Năm 3/12" */
export function dayOf(iso: string, zone: string = DEFAULT_ZONE): string {
  return `${weekday(iso, zone)} ${dayMonth(iso, zone)}`;
}

/** "19:30, thứ Năm 3/12" */
export function timeAndDay(iso: string, zone: string = DEFAULT_ZONE): string {
  return `${timeOf(iso, zone)}, ${dayOf(iso, zone)}`;
}

/** "19:02" of today, "19:02, 3/12" of another day: for short stamps. */
export function stamp(iso: string, zone: string = DEFAULT_ZONE, now: Date = new Date()): string {
  const time = timeOf(iso, zone);
  return daysUntil(new Date(iso), now, zone) === 0 ? time : `${time}, ${dayMonth(iso, zone, now)}`;
}

/** "03/12/2026" of a date without time (`2026-12-03`). */
export function dateOf(date: string): string {
  const [year, month, day] = date.slice(0, 10).split('-');
  return `${day}/${month}/${year}`;
}

/** Whole days from today (in the zone) to a date without time. */
export function daysToDate(date: string, now: Date, zone: string = DEFAULT_ZONE): number {
  return daysUntil(new Date(`${date.slice(0, 10)}T12:00:00Z`), now, zone);
}

/** The way to a meeting in words: "còn 45 phút", "hôm nay", "ngày mai", "còn 5 ngày", "đang họp", "đã qua". */
export function countdown(startsAt: string, endsAt: string, now: Date, zone: string = DEFAULT_ZONE): string {
  const start = new Date(startsAt);
  const minutes = Math.ceil((start.getTime() - now.getTime()) / 60_000);
  if (now >= new Date(endsAt)) return t('date.over');
  if (minutes <= 0) return t('date.running');
  if (minutes < 60) return t('date.inMinutes', { n: minutes });
  const days = daysUntil(start, now, zone);
  if (days === 0) return t('date.todayInHours', { n: Math.round(minutes / 60) });
  return days === 1 ? t('date.tomorrow') : t('date.inDays', { n: days });
}

/** How long ago, in words: "vừa xong", "5 phút trước", "hôm qua", "3/12". */
export function ago(iso: string, now: Date, zone: string = DEFAULT_ZONE): string {
  const minutes = Math.floor((now.getTime() - new Date(iso).getTime()) / 60_000);
  if (minutes < 1) return t('date.justNow');
  if (minutes < 60) return t('date.minutesAgo', { n: minutes });
  const days = -daysUntil(new Date(iso), now, zone);
  if (days === 0) return t('date.hoursAgo', { n: Math.max(1, Math.floor(minutes / 60)) });
  if (days === 1) return t('date.yesterday', { time: timeOf(iso, zone) });
  return days < 7 ? t('date.daysAgo', { n: days }) : dayMonth(iso, zone, now);
}

export function number(value: number): string {
  return formatNumber(value, locale.tag);
}

/** "1,2 MB" */
export function fileSize(bytes: number): string {
  const kilo = bytes / 1024;
  const [value, unit] = kilo < 1000 ? [Math.max(1, Math.round(kilo)), 'KB'] : [Math.round(kilo / 102.4) / 10, 'MB'];
  return `${number(value)} ${unit}`;
}
