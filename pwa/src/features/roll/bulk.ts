import type { Id } from '$api/shapes';
import { database } from '$db/database';
import type { StoredEntry } from '$db/schema';
import { standing } from '$sync/room';
import type { BoardRow } from './board';

/** Who asked to be excused from the meeting and has no answer yet. */
export async function askingToBeAway(meetingId: Id): Promise<Set<Id>> {
  const requests = await (await database()).getAll('absence_requests');
  return new Set(requests.filter((one) => one.meeting_id === meetingId && one.decision === null).map((one) => one.member_id));
}

/** Whom "everybody else is here" means: nobody who asked to be away, whom the chair answers or marks one by one. */
export function bulkOf<Row extends Pick<BoardRow, 'member_id' | 'state'>>(
  rows: readonly Row[], asking: ReadonlySet<Id>,
): { here: Row[]; left: Row[] } {
  const missing = rows.filter((row) => row.state === null);
  return {
    here: missing.filter((row) => !asking.has(row.member_id)),
    left: missing.filter((row) => asking.has(row.member_id)),
  };
}

/**
 * Whom this device wrote down as present together, the last time that it did so, as far as these marks still stand. Marks of
 * one act bear one time; a signed sheet or scanned codes are no such act.
 */
export function standingBulk(
  entries: readonly Pick<StoredEntry, 'id' | 'kind' | 'subject' | 'data' | 'at' | 'device_id' | 'sequence' | 'base'>[], device: string | undefined,
): Id[] {
  const acts = new Map<string, typeof entries[number][]>();
  for (const entry of entries) {
    const { kind, data, device_id, at } = entry;
    if (kind !== 'mark' || device_id !== device || data.state !== 'present' || data.code || data.sheet) continue;
    acts.set(at, [...(acts.get(at) ?? []), entry]);
  }
  const last = [...acts].filter(([, marks]) => marks.length > 1).sort(([a], [b]) => (a < b ? -1 : 1)).at(-1)?.[1] ?? [];
  return last.filter((mark) => {
    const subject = entries.filter((one) => one.subject === mark.subject).map((one) => ({ ...one, at: Date.parse(one.at) }));
    return standing(subject)?.entry.id === mark.id;
  }).map((mark) => String(mark.data.member_id));
}
