/** Dates as people write them in Việt Nam, `03/12/2026`, and as programs do, `2026-12-03`. */

function exists(year: number, month: number, day: number): boolean {
  const moment = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && year < 2200 && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
}

/** The ISO date of what somebody wrote: day, month, year, with any sign between or none; null when it is no date. */
export function readDate(text: string): string | null {
  const plain = text.trim();
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain);
  const own = /^(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4})$/.exec(plain) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(plain);
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : [own?.[3], own?.[2], own?.[1]];
  if (!year || !month || !day || !exists(Number(year), Number(month), Number(day))) return null;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** `03/12/2026` of `2026-12-03`; anything else as it is. */
export function writeDate(iso: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : iso;
}

/** The strokes that a row of numbers has not got yet: `0312` becomes `03/12/`, as the telephone's number keys have none. */
export function withStrokes(text: string): string {
  const digits = /^(\d{2})(?:\/?(\d{2}))?(?:\/?(\d{0,4}))?$/.exec(text);
  if (!digits) return text;
  const [, day, month, year = ''] = digits;
  return month === undefined ? `${day}/${year}` : `${day}/${month}/${year}`;
}
