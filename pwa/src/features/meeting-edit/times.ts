import { dayParts, DEFAULT_ZONE } from '$i18n';

/** Minutes by which the wall clock of a zone is ahead of UTC at an instant. */
function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(instant);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  return Math.round((wall - Math.floor(instant / 60_000) * 60_000) / 60_000);
}

/** The instant (ISO, UTC) of a date `2026-12-03` and a time `19:30` on the wall of a zone; null when they are none. */
export function instantOf(date: string, time: string, zone: string = DEFAULT_ZONE): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}/.test(time)) return null;
  const wall = Date.parse(`${date}T${time.slice(0, 5)}:00Z`);
  if (Number.isNaN(wall)) return null;
  const first = wall - offsetAt(wall, zone) * 60_000;
  return new Date(wall - offsetAt(first, zone) * 60_000).toISOString();
}

/** `2026-12-03` of an instant in a zone. */
export function dateIn(iso: string, zone: string = DEFAULT_ZONE): string {
  const { year, month, day } = dayParts(new Date(iso), zone);
  return isoDate(year, month, day);
}

export function isoDate(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / 86_400_000);
}

/** Minutes since midnight of `19:30`. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** `21:00` of `19:30` and 90, or null when the day is over before. */
export function plusMinutes(time: string, minutes: number): string | null {
  const total = minutesOf(time) + minutes;
  if (Number.isNaN(total) || total >= 24 * 60) return null;
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

/** These days of a month as dates; a month may be too short for some. */
export function daysIn(year: number, month: number, wanted: readonly number[]): string[] {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return wanted.filter((day) => day <= last).map((day) => isoDate(year, month, day));
}

/**
 * The days of the month that the committee has set, in the first month of which one is still ahead and in which `taken`
 * holds no meeting. `taken` are months as `2026-12`.
 */
export function usualDays(today: string, taken: ReadonlySet<string>, wanted: readonly number[]): string[] {
  let [year = 0, month = 1] = today.split('-').map(Number);
  for (let tries = 0; tries < 24; tries++) {
    const ahead = daysIn(year, month, wanted).filter((day) => day > today);
    if (ahead.length > 0 && !taken.has(ahead[0]?.slice(0, 7) ?? '')) return ahead;
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year++;
  }
  return [];
}

const MONTH_IN_TITLE = /(tháng\s+)(\d{1,2})(\s*[/-]\s*|\s+năm\s+)(\d{4})/giu;

/** The title with the month it names ("tháng 11/2026") replaced by the month of `date`, written as it was written. */
export function retitle(title: string, date: string): string {
  const [year, month] = date.split('-');
  return title.replace(MONTH_IN_TITLE, (_all, word: string, old: string, gap: string) =>
    `${word}${String(Number(month)).padStart(old.length, '0')}${gap}${year}`);
}
