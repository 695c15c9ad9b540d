import { locale } from '$i18n';

const HOUR = 60;
const DAY = 24 * HOUR;

/** "2 ngày, 1 ngày, 2 giờ": minutes in whole days, else hours, else minutes; no words for none. */
export function saySpans(before: readonly number[]): string {
  const say = (minutes: number): string => {
    const [n, unit] = minutes % DAY === 0 ? [minutes / DAY, 'day'] : minutes % HOUR === 0 ? [minutes / HOUR, 'hour'] : [minutes, 'minute'];
    return new Intl.NumberFormat(locale.tag, { style: 'unit', unit, unitDisplay: 'long' }).format(n);
  };
  return new Intl.ListFormat(locale.tag, { type: 'unit' }).format(before.map(say));
}
