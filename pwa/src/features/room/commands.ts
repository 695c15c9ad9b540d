/** What the chair's screen writes into the book. */
import type { AgendaItem, Id } from '$api/shapes';
import { uuid } from '$lib/ids';
import { append } from '$sync/book';
import { lineOfVote, type HandVote, type Note, type Standing } from '$sync/room';

/** Goes to another item: the one before it is done, unless the chair goes back to it. */
export async function goTo(meetingId: Id, item: AgendaItem, current: Id | null, forward: boolean): Promise<void> {
  const done = current !== null && forward ? [{ kind: 'item' as const, data: { agenda_item_id: current, state: 'done' } }] : [];
  await append(meetingId, [...done, { kind: 'item', data: { agenda_item_id: item.id, state: 'started' } }]);
}

export async function finishItem(meetingId: Id, itemId: Id): Promise<void> {
  await append(meetingId, [{ kind: 'item', data: { agenda_item_id: itemId, state: 'done' } }]);
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

/** Ends a difference: what this entry says stands. */
export async function settle(meetingId: Id, { entry, others, agreeing }: Standing, chosen: string): Promise<void> {
  const instead_of = [entry, ...others, ...agreeing].map((one) => one.id).filter((id) => id !== chosen);
  await append(meetingId, [{ kind: 'settle', data: { subject: entry.subject, chosen, instead_of } }]);
}
