import type { AttendanceState, Counts, Id, Meeting, Member, MemberStatus, RollItem } from '$api/shapes';
import type { OutboxItem, StoredRoll } from '$db/schema';
import { matches } from '$lib/fold';
import { bearerOf, byGivenName, nameMarks, withMark } from '$lib/names';
import { linesOf } from '$sync/book';
import { headCount, isFree } from './head-count';
import { toldQuorum } from './quorum';

/** One line of the board: what the server said last, with the marks of this phone laid over it. */
export interface BoardRow extends RollItem {
  /** The latest mark made on this phone that the roll does not show yet. */
  mark?: OutboxItem;
}

/** Of official members alone: who must attend, who of them is in the room, how many have to be. */
export interface BoardQuorum {
  due: number;
  present: number;
  required: number;
  reached: boolean;
}

export interface Board {
  rows: BoardRow[];
  counts: Counts;
  quorum: BoardQuorum | null;
  /** When the server was last heard; null when these lines come from the member list alone. */
  asOf: string | null;
  /** Only a part of the lines is on this phone: the roll of a conference. The counts are of all. */
  partial: boolean;
}

export type Filter = 'all' | 'missing' | 'there' | 'away';

export const OPEN_KIND = 'open_meeting';
const BELONGS: readonly MemberStatus[] = ['official', 'probationary', 'exempt', 'temporary_in', 'temporary_out'];
const BY_HAND = ['secretary', 'sheet', 'reverse_scan'];
const PROVED = ['qr', 'link', 'reverse_scan'];
const THERE: readonly (AttendanceState | null)[] = ['present', 'late'];

interface Known {
  meeting: Meeting;
  roll: StoredRoll | undefined;
  members: readonly Member[];
  items: readonly OutboxItem[];
  /** Who holds this phone. */
  self: Id | null;
  /** The share of the quorum in force at the organisation; what was fixed with the meeting stands before it. */
  share?: string | undefined;
}

/** A mark as it stands in the book. */
export interface Mark {
  member_id: Id;
  state: AttendanceState | null;
  reason?: string | null;
  arrived_at?: string | null;
  left_at?: string | null;
  /** The member's own code, which was scanned off the phone. */
  code?: string | null;
  /** Read off the signed sheet of paper. */
  sheet?: boolean;
  /** Marked in one go with everybody else of whom nothing was known. */
  together?: boolean;
}

/** Who leads the meeting, who writes its minutes, and who is there without being summoned. */
export interface Officers {
  chair: Id | null;
  minute_taker: Id | null;
  guests: { key: string; name: string; from: string | null }[];
  /** Of a conference, whose roll comes in pages: the names of both. */
  names?: ReadonlyMap<Id, string>;
}

/** The marks that an outbox item carries; none for other items. */
export function marksOf(item: OutboxItem): Mark[] {
  return linesOf(item).filter((line) => line.kind === 'mark').map((line) => line.data as unknown as Mark);
}

/** Everything the phone knows about who is there. */
export function buildBoard({ meeting, roll, members, items, self, share }: Known): Board {
  const base = roll ? roll.items : members.filter((one) => belongs(one, meeting)).map(lineOf).sort(byGivenName);
  const marks = latestMarks(items, roll?.fetched_at ?? '');
  const { opening, back } = hoursOf(items, roll?.fetched_at ?? '');
  const rows = toldApart(base, members).map((known) => {
    const line = back.some((kind) => cameOf[kind](known)) ? { ...known, ...UNRECORDED } : known;
    const mark = marks.get(line.member_id);
    if (mark) return marked(line, mark, self);
    return opening && line.member_id === self ? withOpening(line, opening) : { ...line };
  });
  const partial = typeof roll?.next === 'string';
  const counts = partial ? roll.counts : countRows(rows);
  const whole = !partial && rows.length >= (roll?.counts.summoned ?? 0);
  const quorum = whole ? quorumOf(rows, roll?.quorum_share ?? share) : toldQuorum(roll);
  return { rows, counts, quorum, asOf: roll?.fetched_at ?? null, partial };
}

/**
 * The lines with what tells two of one name apart behind the name, so that it stands wherever the name does: as the server
 * says it, else by the records on this phone.
 */
export function toldApart<T extends Pick<RollItem, 'member_id' | 'full_name' | 'name_mark'>>(lines: readonly T[], members: readonly Member[]): T[] {
  const records = new Map(members.map((one) => [one.id, one]));
  const marks = nameMarks(lines.map((line) => bearerOf(line.member_id, line.full_name, records.get(line.member_id))));
  return lines.map((line) => {
    const mark = line.name_mark === undefined ? marks.get(line.member_id) : line.name_mark;
    return mark ? { ...line, full_name: withMark(line.full_name, mark) } : line;
  });
}

function quorumOf(rows: readonly RollItem[], share: string | undefined): BoardQuorum {
  const { official_due: due, official_in_room: present, quorum_required: required, quorum_reached: reached } = headCount(rows, share);
  return { due, present, required, reached };
}


function belongs(member: Member, meeting: Meeting): boolean {
  return member.organization_id === meeting.organization_id && BELONGS.includes(member.status);
}

function lineOf(member: Member): RollItem {
  const exempt = isFree(member.status);
  return {
    member_id: member.id, full_name: member.full_name, status: member.status, state: exempt ? 'exempt' : null,
    method: exempt ? 'system' : null, checked_in_at: null, recorded_at: null, recorded_by: null, flags: [],
  };
}

/** A mark with its hour in the book, which is the one that the server will tell. */
interface Marking {
  mark: Mark;
  item: OutboxItem;
  at: string;
}

/** Per member the last mark that still matters: on its way, refused, or sent after the roll was last fetched. */
function latestMarks(items: readonly OutboxItem[], fetchedAt: string): Map<Id, Marking> {
  const found = new Map<Id, Marking>();
  for (const item of items) {
    for (const { kind, data, at } of linesOf(item)) {
      if (kind !== 'mark') continue;
      const mark = data as unknown as Mark;
      if (item.state === 'done' && (item.sent_at ?? '') < fetchedAt) found.delete(mark.member_id);
      else found.set(mark.member_id, { mark, item, at });
    }
  }
  return found;
}

function marked(line: RollItem, { mark, item, at }: Marking, self: Id | null): BoardRow {
  // A mark that was not taken changes nothing; the line says so and keeps what the server knows.
  if (item.state === 'refused' || item.state === 'conflict') return { ...line, mark: item };
  if (isProved(line, mark)) return { ...line, mark: item };
  return {
    ...line, state: mark.state, reason: mark.reason ?? null, method: methodOf(line, mark), mark: item,
    arrived_at: mark.arrived_at ?? null, left_at: mark.left_at ?? null,
    // A change of the times alone leaves how and by whom the member was recorded.
    ...(onlyTimes(line, mark) ? {} : { recorded_at: at, recorded_by: self }),
  };
}

/** What the member has proved stands as how, when and by whom, as `mark_attendance` says. */
function isProved(line: RollItem, mark: Mark): boolean {
  const same = line.state === mark.state && (line.reason ?? null) === (mark.reason ?? null);
  const stays = (line.arrived_at ?? null) === (mark.arrived_at ?? null) && (line.left_at ?? null) === (mark.left_at ?? null);
  return isThere(line) && PROVED.includes(line.method ?? '') && (mark.together === true || (same && stays));
}

function onlyTimes(line: RollItem, mark: Mark): boolean {
  const times = line.arrived_at !== (mark.arrived_at ?? null) || line.left_at !== (mark.left_at ?? null);
  return isThere(line) && line.state === mark.state && (line.reason ?? null) === (mark.reason ?? null) && times;
}

function methodOf(line: RollItem, mark: Mark): string | null {
  if (mark.state === null || onlyTimes(line, mark)) return mark.state === null ? null : line.method;
  if (mark.sheet) return 'sheet';
  return mark.code ? 'reverse_scan' : 'secretary';
}

const UNRECORDED: Partial<RollItem> = { state: null, reason: null, method: null, checked_in_at: null, recorded_at: null, recorded_by: null, flags: [] };

/** The lines that an opening, or a closing, alone has written: they go when it is taken back. */
const cameOf: Record<'unopen' | 'reopen', (line: RollItem) => boolean> = {
  unopen: (line) => line.flags.includes('opened_meeting'),
  reopen: (line) => line.state === 'unexcused' && line.method === 'system',
};

/** The opening of this phone that stands, and what it took back of which the roll does not know yet. */
function hoursOf(items: readonly OutboxItem[], fetchedAt: string): { opening: OutboxItem | undefined; back: ('unopen' | 'reopen')[] } {
  let opening: OutboxItem | undefined;
  let back: ('unopen' | 'reopen')[] = [];
  for (const item of items) {
    if (item.state === 'refused' || item.state === 'conflict' || (item.state === 'done' && (item.sent_at ?? '') < fetchedAt)) continue;
    if (saysOpenerIsPresent(item, fetchedAt)) opening = item;
    for (const { kind } of linesOf(item)) {
      if (kind === 'unopen') opening = undefined;
      if (kind === 'unopen' || kind === 'reopen') back.push(kind);
      // Closed once more: whom that leaves without an entry, the server will say.
      if (kind === 'close') back = back.filter((one) => one !== 'reopen');
    }
  }
  return { opening, back };
}

/** An opening made without a network that says that who holds this phone is in the room, and is not in the roll yet. */
function saysOpenerIsPresent(item: OutboxItem, fetchedAt: string): boolean {
  if (item.kind !== OPEN_KIND || item.state === 'refused' || item.state === 'conflict') return false;
  const present = linesOf(item).some((line) => line.kind === 'open' && line.data.present === true);
  return present && (item.state !== 'done' || (item.sent_at ?? '') >= fetchedAt);
}

/** What the server will write when it hears of the opening. */
function withOpening(line: RollItem, opening: OutboxItem): BoardRow {
  if (isThere(line)) return { ...line };
  return {
    ...line, state: 'present', reason: null, method: 'secretary', recorded_at: linesOf(opening).find((one) => one.kind === 'open')?.at ?? opening.created_at,
    recorded_by: line.member_id, flags: [...line.flags, 'opened_meeting'],
  };
}

export function countRows(rows: readonly RollItem[]): Counts {
  const counts: Counts = {
    summoned: rows.length, present: 0, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 0,
  };
  for (const row of rows) counts[row.state ?? 'not_recorded']++;
  return counts;
}

export function isThere(row: RollItem): boolean {
  return THERE.includes(row.state);
}

/**
 * Who can be chosen to lead the meeting or to write its minutes: who is in the room or not recorded yet, and not as both.
 * Who is chosen by now (`chosen`) stays in the list.
 */
export function eligible<Row extends RollItem>(rows: readonly Row[], chosen: Id | null, other: Id | null): Row[] {
  const here = (row: Row): boolean => row.state === null || (isThere(row) && !row.left_at);
  return rows.filter((row) => row.member_id === chosen || (row.member_id !== other && here(row)));
}

/** Of chair and minute-taker, who is recorded as not being there: as far as this phone has their lines. */
export function awayOfficers<Row extends RollItem>(rows: readonly Row[], { chair, minute_taker }: Pick<Officers, 'chair' | 'minute_taker'>): Row[] {
  return rows.filter((row) => [chair, minute_taker].includes(row.member_id) && row.state !== null && !isThere(row));
}

/** The lines in their order, the own one before all others. */
export function selfFirst(rows: readonly BoardRow[], self: Id | null): BoardRow[] {
  return [...rows.filter((row) => row.member_id === self), ...rows.filter((row) => row.member_id !== self)];
}

/** How many sit in the room. */
export function thereCount(counts: Pick<Counts, 'present' | 'late'>): number {
  return counts.present + counts.late;
}

/** The lines that fit the question and the filter, those nobody has recorded first, else in the order of the roll. */
export function pick(rows: readonly BoardRow[], question: string, filter: Filter): BoardRow[] {
  const fits = (row: BoardRow): boolean => {
    if (filter === 'missing') return row.state === null;
    if (filter === 'there') return isThere(row);
    return filter === 'all' || (row.state !== null && !isThere(row));
  };
  return rows.filter((row) => fits(row) && (question.trim() === '' || matches(row.full_name, question)));
}

/** What may be written by hand now: before the meeting is open nobody can be there yet. */
export function markableStates(meeting: Meeting): AttendanceState[] {
  if (!meeting.can.includes('mark')) return [];
  if (meeting.state === 'convened') return ['excused', 'exempt'];
  return ['present', 'late', 'excused', 'unexcused', 'exempt'];
}

/** Whether the line stands as somebody wrote it by hand, so that a slip can be taken back: nobody is "not recorded" once it is over. */
export function mayTakeBack(row: Pick<RollItem, 'state' | 'method'>, meeting: Pick<Meeting, 'state' | 'can'>): boolean {
  return meeting.state === 'open' && meeting.can.includes('mark') && row.state !== null && BY_HAND.includes(row.method ?? '');
}

/** Of those what fits one member: only whom the record frees can be written down as exempt. */
export function statesFor(row: RollItem | null, markable: readonly AttendanceState[]): AttendanceState[] {
  return markable.filter((state) => state !== 'exempt' || (row !== null && isFree(row.status)));
}
