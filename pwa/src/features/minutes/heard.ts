/** What a meeting heard of a task, the same as `handbook.resolutions.task_rules.as_heard`; `tests/data/tasks/heard.json` holds both to it. */
import type { Task, TaskUpdate } from '$api/shapes';
import type { StoredEntry } from '$db/schema';

export type Known = Pick<Task, 'state'> & { percent: number | null; reason: string | null };

/**
 * How a task stood for a meeting that ended at `closed`; null when all that was said of it was heard there. Heard is what was
 * written before the end and had arrived when the end did. A report that waits on this phone arrives after all that has.
 */
export function asHeard(updates: readonly TaskUpdate[], closed: number, heardUntil: number): Known | null {
  const heard = updates.filter(({ at, recorded_at }) => Date.parse(at) <= closed && (recorded_at ? Date.parse(recorded_at) : Infinity) <= heardUntil);
  return heard.length === updates.length ? null : heard.reduce(after, { state: 'open', percent: null, reason: null });
}

function after(known: Known, { kind, text, percent }: TaskUpdate): Known {
  const told = percent ?? known.percent;
  if (kind === 'progress') return { ...known, percent: told };
  if (kind === 'done') return { state: 'done', percent: 100, reason: null };
  if (kind === 'not_done') return { state: 'not_done', percent: told, reason: text };
  return { state: 'open', percent: told === 100 ? percent : told, reason: null };
}

/** Until when a report reached the meeting that ended at `closed`: the end that waits on this phone is told last, and one told of outside of the book was known at once. */
export function heardUntil(entries: Iterable<StoredEntry>, closed: number): number {
  const ends = [...entries].filter((entry) => entry.kind === 'close' && entry.outcome !== 'refused');
  if (ends.some((entry) => entry.outcome === null)) return Infinity;
  return Math.max(closed, ...ends.map((entry) => Date.parse(entry.received_at ?? '')).filter((at) => !Number.isNaN(at)));
}
