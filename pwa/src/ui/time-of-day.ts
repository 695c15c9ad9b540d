/** A time of the day as TimeField keeps it: `19:30`, or empty. */
const two = (count: number): string => String(count).padStart(2, '0');

export const HOURS: readonly string[] = Array.from({ length: 24 }, (_, index) => two(index));

export function partsOf(value: string): { hour: string; minute: string } {
  const [hour = '', minute = ''] = value.split(':');
  return { hour, minute };
}

/** The minutes to choose from, `step` apart; a minute between them is kept as a choice of its own, in its place. */
export function minuteChoices(minute: string, step: number): string[] {
  const even = Array.from({ length: Math.ceil(60 / step) }, (_, index) => two(index * step));
  return minute && !even.includes(minute) ? [...even, minute].sort() : even;
}

/** With another hour; a time that had none begins at the full hour. */
export function withHour(value: string, hour: string): string {
  return `${hour}:${partsOf(value).minute || '00'}`;
}

export function withMinute(value: string, minute: string): string {
  return `${partsOf(value).hour}:${minute}`;
}
