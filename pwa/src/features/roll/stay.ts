/** When somebody came late or left early, as a time of the day on the wall of the meeting's place. */
import type { Meeting } from '$api/shapes';
import type { Times } from './commands';

const HALF_DAY = 12 * 60;
const MINUTE = 60_000;
/** People are there up to an hour before the meeting; the clocks of two devices differ by ten minutes. As the server judges (`stay_error`). */
const BEFORE_START = 60 * MINUTE;
const CLOCK_SKEW = 10 * MINUTE;

export type StayError = { field: keyof Times; code: 'too_early' | 'too_late' | 'before_arrival' };

/** `19:45` of an instant in a zone. */
export function clockOf(iso: string, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** The instant at which the clock shows this time nearest to the start of the meeting; null without a whole time. */
export function instantNear(startsAt: string, clock: string, zone: string): string | null {
  if (!/^\d\d:\d\d$/.test(clock)) return null;
  let apart = minutesOf(clock) - minutesOf(clockOf(startsAt, zone));
  if (apart < -HALF_DAY) apart += 2 * HALF_DAY;
  if (apart > HALF_DAY) apart -= 2 * HALF_DAY;
  const start = Math.floor(Date.parse(startsAt) / 60_000) * 60_000;
  return new Date(start + apart * 60_000).toISOString();
}

/**
 * A time as it is written down. Times are chosen in steps of five minutes, so "now" may be rounded up, or read off a wall clock
 * that is ahead: nobody came or left later than this moment, so that whom the head-count lets go is in no vote of it either.
 */
export function notAfter(iso: string | null, now: number): string | null {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  return iso !== null && Date.parse(iso) > minute && Date.parse(iso) <= now + CLOCK_SKEW ? new Date(minute).toISOString() : iso;
}

/** Which of the two times cannot be right and why; null when both can. */
export function stayError(
  stay: Times, { starts_at, opened_at, closed_at }: Pick<Meeting, 'starts_at' | 'opened_at' | 'closed_at'>, now: number,
): StayError | null {
  const earliest = Math.min(Date.parse(opened_at ?? starts_at), Date.parse(starts_at)) - BEFORE_START;
  const latest = (closed_at ? Date.parse(closed_at) : now) + CLOCK_SKEW;
  for (const field of ['arrived_at', 'left_at'] as const) {
    const at = Date.parse(stay[field] ?? '');
    if (at < earliest) return { field, code: 'too_early' };
    if (at > latest) return { field, code: 'too_late' };
  }
  return stay.arrived_at && stay.left_at && stay.left_at <= stay.arrived_at ? { field: 'left_at', code: 'before_arrival' } : null;
}
