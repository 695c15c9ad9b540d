/** What the room's screens make of the book: clocks in words, speakers in the order in which they are likely to be wanted. */
import type { Ballot } from '$api/ballot-shapes';
import type { AgendaItem, Id, Meeting } from '$api/shapes';
import type { Board } from '$features/roll/board';
import { scoresMeeting } from '$features/scores/rules';
import { closesMeeting } from '$lib/closing';
import { fold, matches } from '$lib/fold';
import type { Guest, ItemTime, Note, Room } from '$sync/room';
import { t } from './messages';

export const TABS = ['roll', 'agenda', 'votes', 'notes'] as const;
export type Tab = (typeof TABS)[number];

/** Where the room begins: with the roll until the agenda has begun, and again once the meeting is over. */
export function firstTab(meeting: Meeting, room: Room): Tab {
  return meeting.state === 'open' && Object.keys(room.items).length > 0 ? 'agenda' : 'roll';
}

/** The whole agenda, with what the room dropped. */
export function planOf(meeting: Meeting): AgendaItem[] {
  return [...meeting.agenda].sort((a, b) => a.position - b.position);
}

/** Nothing has come of the opening but perhaps the opener's own line; the server looks again. */
export function isUntouched(board: Board, room: Room): boolean {
  const here = board.rows.filter((row) => row.state === 'present' || row.state === 'late' || row.state === 'unexcused');
  const said = [room.notes, room.votes, room.withdrawn, room.added, room.order, Object.keys(room.items), Object.keys(room.conclusions), Object.keys(room.dropped)];
  return here.length <= 1 && said.every((one) => one.length === 0);
}

/** What the room deals with. */
export function agendaOf(meeting: Meeting): AgendaItem[] {
  return planOf(meeting).filter((item) => !item.dropped);
}

/** Whether the meeting votes on its resolution under this item: "biểu quyết nghị quyết", "thông qua dự thảo nghị quyết". */
export function votesOnResolution(item: AgendaItem): boolean {
  const words = fold(item.title);
  return words.includes('nghi quyet') && (words.includes('bieu quyet') || words.includes('thong qua'));
}

/**
 * The items of which nothing is written: never begun, no note, vote or conclusion. The one that closes the meeting is dealt with
 * by closing it, and that of the scoring by the sheets: `scored`, where there are any.
 */
export function leftItems(meeting: Meeting, room: Room, ballots: readonly Pick<Ballot, 'agenda_item_id'>[], scored: boolean): AgendaItem[] {
  const spoken = new Set<Id | null>([
    ...Object.keys(room.items), ...Object.keys(room.conclusions),
    ...[...room.notes, ...room.votes, ...ballots].map((one) => one.agenda_item_id),
  ]);
  const told = (item: AgendaItem): boolean => closesMeeting(item) || (scored && scoresMeeting(item));
  return agendaOf(meeting).filter((item) => !told(item) && !spoken.has(item.id) && !spoken.has(item.server_id ?? item.id));
}

/** The item that closes the meeting, as long as it lies ahead. */
export function closingItem(meeting: Meeting, room: Room): AgendaItem | undefined {
  return agendaOf(meeting).findLast((item) => closesMeeting(item) && !(item.id in room.items));
}

/** Where an item from the floor goes, beside which other, and before which one that is in the book. */
export interface FloorPlace {
  how: 'after' | 'before' | 'last';
  beside: AgendaItem | null;
  before: Id | null;
}

/** After what is being discussed; when nothing is, before the item that closes the meeting, as long as that lies ahead. */
export function floorPlace(meeting: Meeting, room: Room): FloorPlace {
  const items = agendaOf(meeting);
  const running = items.findIndex((item) => item.id === room.current_item);
  if (running >= 0) return { how: 'after', beside: items[running] ?? null, before: items[running + 1]?.id ?? null };
  const closing = closingItem(meeting, room);
  return closing ? { how: 'before', beside: closing, before: closing.id } : { how: 'last', beside: null, before: null };
}

/** "1 giờ 5 phút", "12 phút" of whole minutes. */
export function span(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  return minutes < 60 ? t('time.minutes', { m: minutes }) : t('time.hours', { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** "7:05", "1:02:09": a clock that runs. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

export function spentOn(time: ItemTime | undefined, now: number): number {
  if (!time) return 0;
  return time.spent + (time.since === null ? 0 : Math.max(0, now - time.since));
}

export interface Speaker {
  /** A member's id, or the name of a guest. */
  id: string;
  name: string;
  guest: boolean;
  recent: boolean;
}

/** Everybody who may have spoken: who spoke last comes first, then the roll in its order, then guests. */
export function speakers(
  rows: readonly { member_id: Id; full_name: string }[], guests: readonly Guest[], notes: readonly Note[], question: string,
): Speaker[] {
  const all: Speaker[] = [
    ...rows.map((row) => ({ id: row.member_id, name: row.full_name, guest: false, recent: false })),
    ...guests.map((guest) => ({ id: guest.name, name: guest.name, guest: true, recent: false })),
  ];
  const last = new Map<string, number>();
  for (const note of notes) last.set(note.speaker_member_id ?? note.speaker_name ?? '', note.at);
  const known = all.map((one) => ({ ...one, recent: last.has(one.id) }));
  known.sort((a, b) => (last.get(b.id) ?? 0) - (last.get(a.id) ?? 0));
  return question.trim() === '' ? known : known.filter((one) => matches(one.name, question));
}

export function speakerName(note: Note, names: ReadonlyMap<Id, string>): string {
  return note.speaker_name ?? names.get(note.speaker_member_id ?? '') ?? t('note.nobody');
}
