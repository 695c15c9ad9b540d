/** What the chair's screen writes into the book. */
import type { AgendaItem, Id } from '$api/shapes';
import { uuid } from '$lib/ids';
import { append } from '$sync/book';
import { lineOfVote, type HandVote, type Note, type Standing } from '$sync/room';
import { vi } from './messages';

/** Goes to another item: the one before it is done, unless the chair goes back to it. */
export async function goTo(meetingId: Id, item: AgendaItem, current: Id | null, forward: boolean): Promise<void> {
  const done = current !== null && forward ? [{ kind: 'item' as const, data: { agenda_item_id: current, state: 'done' } }] : [];
  await append(meetingId, [...done, { kind: 'item', data: { agenda_item_id: item.id, state: 'started' } }]);
}

export async function finishItem(meetingId: Id, itemId: Id): Promise<void> {
  await append(meetingId, [{ kind: 'item', data: { agenda_item_id: itemId, state: 'done' } }]);
}

/** That these were dealt with, of which nobody wrote anything: no clock of theirs has run. */
export async function noteDone(meetingId: Id, items: readonly Id[]): Promise<void> {
  await append(meetingId, items.map((id) => ({ kind: 'item' as const, data: { agenda_item_id: id, state: 'done' } })));
}

/** An item from the floor, before that one or at the end of the agenda; the book calls it by this key from now on. */
export async function addItem(meetingId: Id, title: string, minutes: number | null, before: Id | null): Promise<void> {
  await append(meetingId, [{ kind: 'agenda', data: { act: 'add', key: uuid(), title: title.trim(), presenter: null, minutes, before } }]);
}

/** Takes an item off the agenda, or deals with it after all. One that runs is ended first. */
export async function dropItem(meetingId: Id, item: Id, dropped: boolean, reason = '', running = false): Promise<void> {
  const ends = running ? [{ kind: 'item' as const, data: { agenda_item_id: item, state: 'done' } }] : [];
  await append(meetingId, [...ends, { kind: 'agenda', data: { act: 'drop', agenda_item_id: item, dropped, reason: reason.trim() || null } }]);
}

export async function orderItems(meetingId: Id, order: readonly Id[]): Promise<void> {
  await append(meetingId, [{ kind: 'agenda', data: { act: 'move', order: [...order] } }]);
}

export interface NoteDraft {
  key?: string | undefined;
  agenda_item_id: Id | null;
  speaker_member_id: Id | null;
  speaker_name: string | null;
  text: string;
}

export async function writeNote(meetingId: Id, draft: NoteDraft, removed = false): Promise<void> {
  await append(meetingId, [{ kind: 'note', data: { ...draft, key: draft.key ?? uuid(), removed } }]);
}

export function draftOf({ key, agenda_item_id, speaker_member_id, speaker_name, text }: Note): NoteDraft {
  return { key, agenda_item_id, speaker_member_id, speaker_name, text };
}

export async function conclude(meetingId: Id, itemId: Id, text: string): Promise<void> {
  await append(meetingId, [{ kind: 'conclusion', data: { agenda_item_id: itemId, text: text.trim() } }]);
}

export async function recordVote(meetingId: Id, ballot: HandVote): Promise<void> {
  await append(meetingId, [{ kind: lineOfVote(ballot), data: { ballot } }]);
}

/** Takes a vote out that was written down by mistake; `reason` null puts it back. Its numbers stay as they are. */
export async function withdrawVote(meetingId: Id, ballot: HandVote, reason: string | null): Promise<void> {
  await append(meetingId, [{ kind: lineOfVote(ballot), data: { ballot, ...reason && { withdrawn: reason.trim() } } }]);
}

/** Ends a difference: what this entry says stands. */
export async function settle(meetingId: Id, { entry, others, agreeing }: Standing, chosen: string): Promise<void> {
  const instead_of = [entry, ...others, ...agreeing].map((one) => one.id).filter((id) => id !== chosen);
  await append(meetingId, [{ kind: 'settle', data: { subject: entry.subject, chosen, instead_of } }]);
}

type Pair = readonly [Standing, Standing];
const ballotOf = ({ data }: Standing): HandVote => data.ballot as HandVote;

/**
 * Two counts are of one vote: the chosen numbers stand for the one whose item is known, and the other is taken out. Both are
 * written, so that a device which settles it otherwise without having seen this differs.
 */
export async function settleAsOne(meetingId: Id, pair: Pair, chosen: Standing): Promise<void> {
  const placed = pair.filter((one) => ballotOf(one).agenda_item_id !== null);
  const kept = placed.length === 1 && placed[0] ? placed[0] : chosen;
  const given = pair[0] === kept ? pair[1] : pair[0];
  const { title, kind, agenda_item_id, resolution_id, put = ballotOf(given).put, apart } = ballotOf(kept);
  const draft = resolution_id ?? ballotOf(given).resolution_id ?? null;
  const ballot = { ...ballotOf(chosen), title, kind, agenda_item_id, resolution_id: draft, ...put && { put }, ...apart && { apart } };
  // Words of the record, which is Vietnamese in every language of the app.
  const withdrawn = vi['double.reason'].replace('{title}', title).slice(0, 500);
  await append(meetingId, [
    { kind: lineOfVote(ballot), data: { ballot } },
    { kind: lineOfVote(ballotOf(given)), data: { ballot: ballotOf(given), withdrawn } },
  ]);
}

/** They are two votes: both stay. */
export async function settleAsTwo(meetingId: Id, [one, other]: Pair): Promise<void> {
  const ballot = ballotOf(other);
  const apart = [...(ballot.apart ?? []), one.entry.subject];
  await append(meetingId, [{ kind: lineOfVote(ballot), data: { ballot: { ...ballot, apart } } }]);
}
