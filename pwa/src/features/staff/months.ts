import { dayParts } from '$i18n';

/** `YYYY-MM` of today in a zone. */
export function thisMonth(zone?: string, now: Date = new Date()): string {
  const { year, month } = dayParts(now, zone);
  return `${year}-${String(month).padStart(2, '0')}`;
}

/** The month so many months later. */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const months = year * 12 + number - 1 + by;
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}`;
}

/** The month of the address, or this one when it names none. */
export function monthOf(query: URLSearchParams): string {
  const asked = query.get('month') ?? '';
  return /^(19|20)\d\d-(0[1-9]|1[0-2])$/.test(asked) ? asked : thisMonth();
}

/** Months to choose from, the newest first: from next month back over `count`, and the chosen one. */
export function choosable(chosen: string, count = 24, now = thisMonth()): string[] {
  const months = Array.from({ length: count }, (_, index) => shiftMonth(now, 1 - index));
  return months.includes(chosen) ? months : [...months, chosen].sort().reverse();
}
