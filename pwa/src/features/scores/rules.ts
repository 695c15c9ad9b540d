/**
 * The score from what was counted, the same as `handbook.scores.rules`, which says why; `tests/data/scores/joined.json` holds both to it.
 * A room without a network counts its paper here.
 */
import { fold } from '$lib/fold';
import type { PaperCount } from '$sync/room';
import type { Grade } from './shapes';

export const FULL = 100;
export const FEWEST_SHEETS = 3;

export interface Bounds {
  good: number;
  fair: number;
  average: number;
}

/**
 * Whether two averages of one meeting, both told to it, would tell what one or two sheets gave: the same reason for which so few
 * by phone are left out. `before` and `after` are how many sheets they rest on.
 */
export function tellsApart(before: number, after: number): boolean {
  const apart = Math.abs(after - before);
  return before >= FEWEST_SHEETS && apart > 0 && apart < FEWEST_SHEETS;
}

export interface Joined extends PaperCount {
  method: 'phone' | 'paper' | 'mixed';
}

/** How many sheets count: one or two by phone are left out. */
export function counted(byPhone: number, onPaper: number): number {
  return (byPhone >= FEWEST_SHEETS ? byPhone : 0) + onPaper;
}

/** Phones and paper added up; null when they are too few for an average. */
export function joined(byPhone: PaperCount, onPaper: PaperCount | null): Joined | null {
  const paper = onPaper ?? { sheets: 0, points: 0 };
  const sheets = counted(byPhone.sheets, paper.sheets);
  if (sheets < FEWEST_SHEETS) return null;
  if (paper.sheets === 0) return { sheets, points: byPhone.points, method: 'phone' };
  if (sheets === paper.sheets) return { sheets, points: paper.points, method: 'paper' };
  return { sheets, points: byPhone.points + paper.points, method: 'mixed' };
}

/** Whether the meeting is scored under this item: "đánh giá, chấm điểm chất lượng buổi sinh hoạt". */
export function scoresMeeting(item: { title: string }): boolean {
  const words = fold(item.title);
  return words.includes('cham diem') || words.includes('danh gia chat luong');
}

/** An average with two decimals, cut and not rounded. */
export function shown({ sheets, points }: PaperCount): string {
  const hundredths = Math.floor((points * 100) / sheets);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
}

/** What `shown` tells, as a Vietnamese reader writes it, whatever the language of the screen: "92", "92,5", "89,99". */
export function inWords(average: string): string {
  return String(Number(average)).replace('.', ',');
}

/** By the exact average, without a division. */
export function gradeOf({ sheets, points }: PaperCount, bounds: Bounds): Grade {
  if (points >= bounds.good * sheets) return 'good';
  if (points >= bounds.fair * sheets) return 'fair';
  return points >= bounds.average * sheets ? 'average' : 'poor';
}

/** The bounds that an organisation's settings say, as this phone knows them. */
export function boundsOf(rules: Record<string, unknown>): Bounds {
  const said = (name: string, otherwise: number): number => (typeof rules[name] === 'number' ? rules[name] : otherwise);
  return { good: said('score.good_from', 90), fair: said('score.fair_from', 70), average: said('score.average_from', 50) };
}

export type PaperError = 'missing' | 'too_few' | 'more_than_present' | 'too_many_points';

/** What is wrong with a count of paper sheets; `open`: phones are still being scored with, so that more may come. */
export function paperError(
  { sheets, points }: PaperCount, { byPhone, open, present }: { byPhone: number; open: boolean; present: number },
): PaperError | null {
  if (!Number.isInteger(sheets) || !Number.isInteger(points) || sheets < 1 || points < 0) return 'missing';
  if (points > sheets * FULL) return 'too_many_points';
  if (counted(byPhone, sheets) > present) return 'more_than_present';
  return !open && counted(byPhone, sheets) < FEWEST_SHEETS ? 'too_few' : null;
}
