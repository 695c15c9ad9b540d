import type { Schedule } from '$api/prepare-shapes';
import type { Id, Meeting } from '$api/shapes';
import { dayParts, monthKey } from '$i18n';

/** The day of a month (1 to 12) on which a schedule falls, as ISO date; the server's own rule (meetings/schedule.py). */
export function dayIn(schedule: Pick<Schedule, 'day' | 'week' | 'weekday' | 'next_working_day'>, year: number, month: number): string {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const weekdayOf = (day: number): number => (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  let day: number;
  if (schedule.day !== null) {
    day = Math.min(schedule.day, last);
    const weekday = weekdayOf(day);
    if (schedule.next_working_day && weekday > 4) {
      const monday = day + 7 - weekday;
      day = monday <= last ? monday : day - (weekday - 4);
    }
  } else {
    const weekday = schedule.weekday ?? 0;
    const week = schedule.week ?? 1;
    day = week < 0 ? last - ((weekdayOf(last) - weekday + 7) % 7) : 1 + ((weekday - weekdayOf(1) + 7) % 7) + 7 * (week - 1);
  }
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The next days of a schedule after today. */
export function nextDays(schedule: Parameters<typeof dayIn>[0], now: Date, zone: string, count: number): string[] {
  let { year, month } = dayParts(now, zone);
  const { day: today } = dayParts(now, zone);
  const start = `${year}-${String(month).padStart(2, '0')}-${String(today).padStart(2, '0')}`;
  const found: string[] = [];
  for (let tries = 0; tries < 36 && found.length < count; tries++) {
    const day = dayIn(schedule, year, month);
    if (day > start) found.push(day);
    month = month === 12 ? 1 : month + 1;
    if (month === 1) year++;
  }
  return found;
}

/** The month (1 to 12) that the next meeting of a cell will be of: what the button says. Null with nothing to follow. */
export function nextMonth(meetings: readonly Meeting[], cell: Id, schedule: Schedule | null, now: Date, zone: string): number | null {
  const kind = schedule?.kind ?? 'regular';
  const own = meetings.filter((one) => one.organization_id === cell && one.kind === kind && one.state !== 'cancelled' && one.state !== 'draft');
  const taken = new Set(own.map((one) => monthKey(one.starts_at, one.timezone)));
  const last = own.reduce<Meeting | null>((a, b) => (a && a.starts_at >= b.starts_at ? a : b), null);
  if (!schedule && !last) return null;
  const rule = schedule ?? { day: last ? dayParts(new Date(last.starts_at), zone).day : 31, week: null, weekday: null, next_working_day: false };
  const day = nextDays(rule, now, zone, 24).find((one) => !taken.has(one.slice(0, 7)));
  return day ? Number(day.slice(5, 7)) : dayParts(now, zone).month;
}
