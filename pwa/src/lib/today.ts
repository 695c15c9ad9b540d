// Swedish writes a date as ISO does.
const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' });

/** Today as `2026-12-03` in Việt Nam, where the offices are held: before 07:00 there UTC is still at yesterday. */
export function today(): string {
  return calendar.format(new Date());
}
