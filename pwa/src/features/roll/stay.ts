/** When somebody came late or left early, as a time of the day on the wall of the meeting's place. */

const HALF_DAY = 12 * 60;

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
