/** How many were there, as the opening sentence of a draft tells it: it is written in the middle of the meeting, and members come late. */
export interface Heads {
  there: number;
  summoned: number;
}

const THERE = /(họp ngày [^\n]*, có mặt )(\d+)\/(\d+)(?= đảng viên)/;

/** What the text says of it; null where somebody put it into other words, which then are theirs. */
export function headsIn(body: string): Heads | null {
  const found = THERE.exec(body);
  return found && { there: Number(found[2]), summoned: Number(found[3]) };
}

/** The same text with these numbers. */
export function withHeads(body: string, { there, summoned }: Heads): string {
  return body.replace(THERE, `$1${there}/${summoned}`);
}

/** The numbers of the roll where the text tells others; null where both agree, and before anybody is there. */
export function laterHeads(body: string, roll: Heads): Heads | null {
  const told = headsIn(body);
  const agree = told?.there === roll.there && told.summoned === roll.summoned;
  return told === null || agree || roll.there === 0 ? null : roll;
}
