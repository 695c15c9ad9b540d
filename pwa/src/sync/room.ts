/**
 * What the room agreed on, from the lines of its book: pure, and the same as `handbook.proceedings.fold`, which says why.
 * `tests/data/proceedings/cases.json` holds both to it.
 */
import type { Id } from '$api/shapes';
import { findDoubles, type CountedVote } from './doubles';

export type EntryKind =
  | 'open' | 'close' | 'chair' | 'minute_taker' | 'mark' | 'guest' | 'item' | 'note' | 'conclusion' | 'hand_vote' | 'paper_vote'
  | 'paper_score' | 'settle' | 'agenda' | 'reopen' | 'unopen';
// The shape of the data depends on the kind; each reader knows its own.
export type EntryData = Record<string, unknown>;

/** A line of the book; `at` in milliseconds since the epoch. */
export interface RoomEntry {
  id: string;
  kind: EntryKind;
  subject: string;
  data: EntryData;
  at: number;
  device_id: string;
  sequence: number;
  base?: string | null;
}

/** What stands for a subject, the heads that say something else, and those that agree; a settlement names them all. */
export interface Standing {
  entry: RoomEntry;
  kind: EntryKind;
  data: EntryData;
  others: RoomEntry[];
  agreeing: RoomEntry[];
}

export interface ItemTime {
  state: 'started' | 'done';
  /** Finished stretches, in milliseconds. */
  spent: number;
  since: number | null;
}

export interface Note {
  key: string;
  agenda_item_id: Id | null;
  speaker_member_id: Id | null;
  speaker_name: string | null;
  text: string;
  at: number;
}

export interface Guest {
  key: string;
  name: string;
  from: string | null;
}

/** Which document was put to the vote: of what type and term, and in whose place. */
export interface PutForm {
  type: string;
  term: string;
  supersedes_id: Id | null;
}

/** A vote that people counted in the room: hands, or papers when they are counted too. */
export interface HandVote {
  title: string;
  kind: 'resolution' | 'admission' | 'recognition' | 'other';
  agenda_item_id: Id | null;
  /** The meeting's draft that was put to the vote. */
  resolution_id?: Id | null | undefined;
  /** What it said, by the copy of this phone. */
  put?: { symbol: string; title: string; content_hash: string; form?: PutForm } | undefined;
  agree: number;
  disagree: number;
  other: number;
  denominator: number | null;
  papers?: { given_out: number; returned: number; valid: number; invalid: number } | undefined;
  /** More voted than the roll has in the room, and who wrote it down was asked. */
  confirmed?: boolean | undefined;
  /** The subjects of votes that ask the same by their titles, of which somebody said that they are other votes. */
  apart?: string[] | undefined;
  reserved: { member_id: Id; text: string }[];
}

/** A counted vote that was written down by mistake and taken out: it stays in the book, and no result tells it. */
export interface Withdrawn {
  /** The line that took it out. */
  entry: string;
  ballot: HandVote;
  reason: string;
}

/** How many sheets the meeting was scored with on paper, and the points of all of them together. */
export interface PaperCount {
  sheets: number;
  points: number;
}

/** An item that was raised from the floor; the book calls it by its key. */
export interface AddedItem {
  key: string;
  title: string;
  presenter?: string | null;
  minutes?: number | null;
  /** The item that it goes before, by its name in the book; else it goes to the end. */
  before?: string | null;
  at: number;
}

export interface Room {
  opened_at: number | null;
  closed_at: number | null;
  /** When an opening or a closing was taken back and nothing stands in its place. */
  unopened_at: number | null;
  reopened_at: number | null;
  chair: Id | null;
  minute_taker: Id | null;
  current_item: Id | null;
  marks: Record<Id, EntryData>;
  guests: Guest[];
  items: Record<Id, ItemTime>;
  notes: Note[];
  conclusions: Record<Id, string>;
  votes: HandVote[];
  withdrawn: Withdrawn[];
  score: PaperCount | null;
  added: AddedItem[];
  /** Why an item was dropped, by its name in the book. */
  dropped: Record<string, string>;
  /** What was dropped and is dealt with after all. */
  restored: string[];
  order: string[];
  differences: Standing[];
  /** Two counts that may be of one vote. */
  doubles: [Standing, Standing][];
}

const ONCE: readonly EntryKind[] = ['open', 'close'];
/** What takes back which of them. */
const UNDOES: Partial<Record<EntryKind, EntryKind>> = { unopen: 'open', reopen: 'close' };
/** Votes that people counted in the room. */
const COUNTED: readonly EntryKind[] = ['hand_vote', 'paper_vote'];
const NEVER_DIFFERENT: readonly EntryKind[] = ['open', 'close', 'unopen', 'reopen', 'item'];
const HOURS = { open: 'opened_at', close: 'closed_at', unopen: 'unopened_at', reopen: 'reopened_at' } as const;
/** How a mark was proved: by a scanned code, by a signature on paper; that the numbers of a vote were asked about; what the device's copy of a draft said. */
const PROOFS: readonly string[] = ['code', 'sheet', 'together', 'confirmed', 'put'];

/** The kind of the line in which such a vote stands. */
export function lineOfVote(vote: Pick<HandVote, 'papers'>): 'hand_vote' | 'paper_vote' {
  return vote.papers ? 'paper_vote' : 'hand_vote';
}

/** What an entry is about; two devices that write about the same thing name the same subject without having met. */
export function subjectOf(kind: EntryKind, data: EntryData): string {
  if (kind === 'settle') return String(data.subject);
  if (kind in UNDOES) return UNDOES[kind] as string;
  if (kind === 'agenda') {
    const about = data.act === 'add' ? data.key : data.act === 'drop' ? data.agenda_item_id : null;
    return about == null ? `agenda:${String(data.act)}` : `agenda:${String(data.act)}:${String(about)}`;
  }
  if (kind === 'mark') return `mark:${String(data.member_id)}`;
  if (kind === 'item' || kind === 'conclusion') return `${kind}:${String(data.agenda_item_id)}`;
  if (kind === 'note' || kind === 'guest') return `${kind}:${String(data.key)}`;
  if (kind === 'hand_vote' || kind === 'paper_vote') {
    const ballot = data.ballot as HandVote;
    const title = ballot.title.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
    return `${kind}:${ballot.agenda_item_id ?? '-'}:${ballot.kind}:${title}`;
  }
  return kind;
}

function before(one: RoomEntry, other: RoomEntry): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.device_id !== other.device_id) return one.device_id < other.device_id ? -1 : 1;
  return one.sequence - other.sequence;
}

/** By time; entries of the same instant in an order that every device finds. */
export function inOrder(entries: Iterable<RoomEntry>): RoomEntry[] {
  return [...entries].sort(before);
}

/** The entry whose words these are: itself, or what a settlement chose; null when that is not known here. */
export function saidBy(entry: RoomEntry, byId: ReadonlyMap<string, RoomEntry>): RoomEntry | null {
  const seen = new Set<string>();
  let found: RoomEntry | undefined = entry;
  while (found?.kind === 'settle') {
    if (seen.has(found.id)) return null;
    seen.add(found.id);
    found = byId.get(String(found.data.chosen));
  }
  return found ?? null;
}

/** Whether two entries agree; what is left out and what is null are the same, and how a mark was proved is not what it says. */
function agree(one: RoomEntry, other: RoomEntry): boolean {
  return NEVER_DIFFERENT.includes(one.kind) || canonical(one.data) === canonical(other.data);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).filter(([name, one]) => one != null && !PROOFS.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`;
}

function isSuperseded(entry: RoomEntry, all: readonly RoomEntry[]): boolean {
  return all.some((other) =>
    other.id !== entry.id && (
      other.base === entry.id ||
      (other.device_id === entry.device_id && other.sequence > entry.sequence) ||
      (other.kind === 'settle' && [other.data.chosen, ...(other.data.instead_of as string[])].includes(entry.id))
    ));
}

interface Known {
  entry: RoomEntry;
  said: RoomEntry;
}

/** The earliest opening (or closing) that nobody took back; where every one was, what took back the last. */
function once(known: readonly Known[]): Known {
  const undoing = known.filter(({ said }) => said.kind in UNDOES);
  const live = known.find(({ entry, said }) => !(said.kind in UNDOES) && !undoing.some((undo) => takesBack(undo.entry, entry)));
  return live ?? (undoing.at(-1) as Known);
}

/** Whose device had seen it, speaks of it, whatever the clocks say; else what was written later does of what was earlier. */
function takesBack(undo: RoomEntry, entry: RoomEntry): boolean {
  const same = undo.device_id === entry.device_id;
  if (entry.base === undo.id || (same && entry.sequence > undo.sequence)) return false;
  return undo.base === entry.id || (same && undo.sequence > entry.sequence) || before(entry, undo) < 0;
}

/**
 * The items of an agenda by their names in the book, with those from the floor, in the order that the room gave them: what it
 * did not speak of stays behind the others as it was, and what the floor raised since goes before the item that its line names.
 */
export function agendaNames(names: readonly string[], room: Room): string[] {
  const added = new Map(room.added.map((line) => [line.key, line.before ?? null]));
  const every = [...names.filter((name) => !added.has(name)), ...added.keys()];
  const listed = [...new Set(room.order)].filter((name) => every.includes(name));
  const told = [...listed, ...every.filter((name) => !listed.includes(name) && !added.has(name))];
  for (const [key, before] of added) {
    if (listed.includes(key)) continue;
    told.splice(before !== null && told.includes(before) ? told.indexOf(before) : told.length, 0, key);
  }
  return told;
}

/** What stands for one subject, of which these are the entries that count. */
export function standing(entries: Iterable<RoomEntry>): Standing | null {
  const ordered = inOrder(entries);
  const byId = new Map(ordered.map((entry) => [entry.id, entry]));
  const known = ordered.flatMap((entry) => {
    const said = saidBy(entry, byId);
    return said ? [{ entry, said }] : [];
  });
  const first = known[0];
  if (!first) return null;
  if (ONCE.includes(first.said.kind) || first.said.kind in UNDOES) {
    const { entry, said } = once(known);
    return { entry, kind: said.kind, data: said.data, others: [], agreeing: [] };
  }
  const found = known.filter(({ entry }) => !isSuperseded(entry, ordered));
  const heads = found.length > 0 ? found : known;
  const { entry, said } = heads.at(-1) ?? first;
  const rest = heads.slice(0, -1).reverse();
  return {
    entry, kind: said.kind, data: said.data,
    others: rest.filter((one) => !agree(one.said, said)).map((one) => one.entry),
    agreeing: rest.filter((one) => agree(one.said, said)).map((one) => one.entry),
  };
}

/** The room as all these entries say. */
export function foldRoom(entries: Iterable<RoomEntry>): Room {
  const room: Room = {
    opened_at: null, closed_at: null, unopened_at: null, reopened_at: null, chair: null, minute_taker: null, current_item: null,
    marks: {}, guests: [], items: {}, notes: [], conclusions: {}, votes: [], withdrawn: [], score: null, added: [], dropped: {}, restored: [], order: [], differences: [], doubles: [],
  };
  const ordered = inOrder(entries);
  const subjects = new Map<string, RoomEntry[]>();
  for (const entry of ordered) subjects.set(entry.subject, [...(subjects.get(entry.subject) ?? []), entry]);
  const counts = new Map<string, CountedVote & { stands: Standing }>();
  for (const [subject, ofSubject] of subjects) {
    const stands = standing(ofSubject);
    if (!stands) continue;
    put(room, stands, ofSubject[0]?.at ?? 0);
    if (!COUNTED.includes(stands.kind) || stands.data.withdrawn) continue;
    const raisedOn = new Set(ofSubject.filter((one) => COUNTED.includes(one.kind) && one.base == null).map((one) => one.device_id));
    counts.set(subject, { subject, ballot: stands.data.ballot as HandVote, raisedOn, stands });
  }
  const standingOf = (subject: string): Standing => (counts.get(subject) as { stands: Standing }).stands;
  room.doubles = findDoubles([...counts.values()]).map(([one, other]) => [standingOf(one), standingOf(other)]);
  // Stable: of the same instant they stay in the order in which they were first written.
  room.notes.sort((a, b) => a.at - b.at);
  room.added.sort((a, b) => a.at - b.at);
  room.differences.sort((a, b) => (a.entry.subject < b.entry.subject ? -1 : 1));
  timeItems(room, ordered);
  return room;
}

function put(room: Room, stands: Standing, firstAt: number): void {
  const { kind, data, entry } = stands;
  if (kind === 'open' || kind === 'close' || kind === 'unopen' || kind === 'reopen') room[HOURS[kind]] = entry.at;
  else if (kind === 'agenda') putAgenda(room, data, firstAt);
  else if (kind === 'chair') room.chair = data.member_id as Id | null;
  else if (kind === 'minute_taker') room.minute_taker = data.member_id as Id | null;
  else if (kind === 'mark') room.marks[data.member_id as Id] = data;
  else if (kind === 'guest' && !data.removed) room.guests.push(data as unknown as Guest);
  else if (kind === 'note' && !data.removed) room.notes.push({ ...(data as unknown as Note), at: firstAt });
  else if (kind === 'conclusion' && data.text) room.conclusions[data.agenda_item_id as Id] = data.text as string;
  else if (COUNTED.includes(kind)) {
    const ballot = data.ballot as HandVote;
    if (data.withdrawn) room.withdrawn.push({ entry: entry.id, ballot, reason: data.withdrawn as string });
    else room.votes.push(ballot);
  }
  else if (kind === 'paper_score') room.score = data as unknown as PaperCount;
  if (stands.others.length > 0) room.differences.push(stands);
}

function putAgenda(room: Room, data: EntryData, firstAt: number): void {
  if (data.act === 'add') room.added.push({ ...(data as unknown as AddedItem), at: firstAt });
  else if (data.act === 'move') room.order = [...(data.order as string[])];
  else if (data.dropped) room.dropped[data.agenda_item_id as string] = (data.reason as string | null | undefined) ?? '';
  else room.restored.push(data.agenda_item_id as string);
}

/** One item runs at a time: starting another, or closing the meeting, ends the stretch of the one before. */
function timeItems(room: Room, ordered: readonly RoomEntry[]): void {
  let running: Id | null = null;
  let since = 0;
  const spent: Record<Id, number> = {};
  const states: Record<Id, ItemTime['state']> = {};
  const stop = (id: Id, at: number): void => {
    spent[id] = (spent[id] ?? 0) + at - since;
    running = null;
  };
  for (const { kind, data, at } of ordered) {
    if (kind !== 'item' || (room.closed_at !== null && at > room.closed_at)) continue;
    const item = data.agenda_item_id as Id;
    const state = data.state as ItemTime['state'];
    states[item] = state;
    if (running !== null && (item !== running) === (state === 'started')) stop(running, at);
    if (state === 'started' && running === null) {
      running = item;
      since = at;
    }
  }
  if (running !== null && room.closed_at !== null) stop(running, room.closed_at);
  room.current_item = running;
  for (const [item, state] of Object.entries(states)) {
    room.items[item] = { state, spent: spent[item] ?? 0, since: item === running ? since : null };
  }
}
