/** Reading a signed sheet of paper into the roll: in its order, a tap a signature, and back again. */
import type { Id, Meeting } from '$api/shapes';
import { dropDraft, keepDraft, readDraft } from '$db/drafts.svelte';
import { append, type Line } from '$sync/book';
import { stateOnArrival } from './arrival';
import { isThere, type BoardRow } from './board';

/** Who signed, by id, with the time of arrival where the sheet names one. */
export type Signed = ReadonlyMap<Id, string | null>;

/** Whom the sheet can still add: the roll has everybody else as being there already. */
export function canSign(row: BoardRow): boolean {
  return !isThere(row);
}

/** Everybody of whom nothing else is known: who was excused or is exempt has to be ticked by name. */
export function allButKnown(rows: readonly BoardRow[]): Signed {
  return new Map(rows.filter((row) => canSign(row) && row.state !== 'excused' && row.state !== 'exempt').map((row) => [row.member_id, null]));
}

export function toggled(signed: Signed, id: Id): Signed {
  const next = new Map(signed);
  if (!next.delete(id)) next.set(id, null);
  return next;
}

/** Without those who checked in meanwhile: what they scanned stands. */
export function stillToWrite(signed: Signed, rows: readonly BoardRow[]): Signed {
  const open = new Set(rows.filter(canSign).map((row) => row.member_id));
  return new Map([...signed].filter(([id]) => open.has(id)));
}

const draftOf = (meetingId: Id): string => `sheet:${meetingId}`;

/** Keeps the ticks on this phone until they are written or taken away: reading a long sheet is interrupted. */
export async function keepTicks(meetingId: Id, signed: Signed): Promise<void> {
  if (signed.size > 0) await keepDraft(draftOf(meetingId), [...signed]);
  else await dropDraft(draftOf(meetingId));
}

/** The ticks that were not written yet, and when the last of them was made. */
export async function keptTicks(meetingId: Id): Promise<{ signed: Signed; at: string } | null> {
  const kept = await readDraft<[Id, string | null][]>(draftOf(meetingId));
  return kept && { signed: new Map(kept.body), at: kept.saved_at };
}

/** Writes the signatures into the book, together. */
export async function writeSheet(meeting: Meeting, signed: Signed): Promise<void> {
  const lines: Line[] = [];
  for (const [member_id, arrived_at] of signed) {
    const state = arrived_at === null ? 'present' : await stateOnArrival(meeting, Date.parse(arrived_at));
    lines.push({ kind: 'mark', data: { member_id, state, reason: null, arrived_at, left_at: null, sheet: true } });
  }
  if (lines.length > 0) await append(meeting.id, lines);
}

/** Puts the lines back as they were: of an open roll what was not recorded is so again, of a closed one everybody keeps a state. */
export async function undoSheet(meetingId: Id, before: readonly BoardRow[]): Promise<void> {
  const lines = before.map(({ member_id, state, reason = null }): Line =>
    ({ kind: 'mark', data: { member_id, state, reason, arrived_at: null, left_at: null } }));
  if (lines.length > 0) await append(meetingId, lines);
}
