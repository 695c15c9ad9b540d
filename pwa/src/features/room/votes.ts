/** The votes of a meeting that people counted: what the book of the room says, and what was counted with a network. */
import type { Ballot, Tally } from '$api/ballot-shapes';
import type { Id, Resolution } from '$api/shapes';
import {
  frozenMajority, isMoreThanPresent, lineAt, majorityFor, quorumOf, settledDenominator, votersPresent, type Evening, type Line, type Majority, type Shares,
} from '$features/ballots/rules';
import type { RoomBook } from '$sync/book';
import { fold } from '$lib/fold';
import { isSameQuestion } from '$sync/doubles';
import { lineOfVote, saidBy, subjectOf, type HandVote, type RoomEntry } from '$sync/room';

/**
 * Another count of the same vote: it was corrected, or two devices differed and this one was not chosen, or nobody has chosen
 * yet. `by` null: counted with a network, and given up at that time.
 */
export interface Earlier extends Tally {
  at: string;
  by: Id | null | undefined;
  /** On which it was written into the book. */
  device: string | null;
  corrected: boolean;
  how: 'corrected' | 'settled' | 'differs';
}

export interface Counted {
  subject: string;
  vote: HandVote;
  /** What the draft was numbered by when it was voted on; null: it names none, or nobody knows. */
  symbol: string | null;
  /** How many votes there could be: of the room that counted, else as the server froze it. */
  of: number;
  /** What the room counted with where that cannot be: the two numbers are shown as a difference. */
  room: number | null;
  /** Those who had a vote and were in the room by the roll. */
  present: number;
  /** More voted than that. */
  more: boolean;
  /** There were too few to decide; null: nothing is known of it yet. */
  noQuorum: boolean | null;
  majority: Majority;
  earlier: Earlier[];
}

/** A vote that was taken out. */
export interface Out {
  subject: string;
  vote: HandVote;
  reason: string;
  at: string;
  by: Id | null;
  device: string | null;
}

/** What this phone's copy of the draft says goes into the line of the vote: another may be written before the line arrives. */
export function putOf(
  draft: Pick<Resolution, 'symbol' | 'title' | 'content_hash' | 'type' | 'term' | 'supersedes'> | null | undefined,
): Pick<HandVote, 'put'> {
  if (!draft?.content_hash) return {};
  const { symbol, title, content_hash, type, term, supersedes } = draft;
  return { put: { symbol, title, content_hash, ...type && term && { form: { type, term, supersedes_id: supersedes?.id ?? null } } } };
}

/** The resolution that is in force by this vote: what is done to the vote now, is done to it. */
export function inForceBy(vote: Pick<HandVote, 'kind' | 'resolution_id'>, meetingId: Id, all: readonly Resolution[]): Resolution | null {
  if (vote.kind !== 'resolution') return null;
  return all.find((one) => one.state === 'issued' && one.meeting_id === meetingId && (vote.resolution_id ?? one.id) === one.id) ?? null;
}

export function subjectOfVote(vote: Pick<HandVote, 'title' | 'kind' | 'agenda_item_id' | 'papers'>): string {
  return subjectOf(lineOfVote(vote), { ballot: vote });
}

/**
 * What a vote is called unless somebody writes it: what is decided, and under which item where that says more. It begins with what
 * is decided, so that the same vote under another item is seen to be alike.
 */
export function nameOfVote(what: string, item: string | null): string {
  return item === null || fold(item).includes(fold(what)) ? what : `${what}: ${item}`.slice(0, 300);
}

/**
 * What is voted on under an item, as far as its title says so; '' where it does not: then it is asked, because a vote on the chair's
 * proposal must not become one on the resolution. Of no item it is the resolution, which every meeting votes on.
 */
export function kindAt(item: string | null): HandVote['kind'] | '' {
  const words = fold(item ?? 'bieu quyet');
  if (words.includes('ket nap')) return 'admission';
  if (words.includes('cong nhan')) return 'recognition';
  return words.includes('bieu quyet') || words.includes('thong qua nghi quyet') ? 'resolution' : '';
}

/** The results that may be of this vote: counted in the same way, under another item or a longer or shorter name. */
export function alikeOf(vote: Pick<HandVote, 'title' | 'kind' | 'agenda_item_id' | 'papers'>, known: readonly Counted[]): Counted[] {
  const subject = subjectOfVote(vote);
  return known.filter((one) => one.subject !== subject && !one.vote.papers === !vote.papers && isSameQuestion(one.vote, vote));
}

/** What this phone knows of who was there; `required`: the quorum, null where it is not known. */
export interface Present {
  rows: readonly Evening[];
  closedAt: string | null;
  required: number | null;
}
const NOBODY: Present = { rows: [], closedAt: null, required: null };

/**
 * Every counted vote with the majority that decides it: the one that was frozen with it, else the organisation's. What is not frozen
 * yet rests on who was in the room when it was written down, or at the closing: nobody votes by coming afterwards.
 */
export function countedVotes(
  book: Pick<RoomBook, 'room' | 'entries' | 'refused'>, ballots: readonly Ballot[], shares: Shares, room: Present = NOBODY,
): Counted[] {
  const closed = ballots.filter((one) => (one.method === 'hand' || one.method === 'secret_paper') && one.state === 'closed').map(voteOf);
  const told = new Map(closed.map((one) => [subjectOfVote(one.vote), one]));
  const votes = new Map(book.room.votes.map((vote) => [subjectOfVote(vote), vote]));
  const out = new Map(book.room.withdrawn.map((one) => [subjectOfVote(one.ballot), Date.parse(book.entries.get(one.entry)?.at ?? '')]));
  for (const [subject, { ballot, vote }] of told) {
    // What this phone knows of the server may be older than the line that took it out.
    const gone = Date.parse(ballot.closed_at ?? '') > (out.get(subject) ?? Infinity) ? undefined : out.get(subject);
    if (!votes.has(subject) && gone === undefined) votes.set(subject, vote);
  }
  return [...votes].map(([subject, vote]) => {
    const frozen = told.get(subject)?.ballot.result;
    const lines = linesThen(subject, book.entries, room);
    const present = frozen?.voters_present ?? votersPresent(lines);
    return {
      subject, vote, symbol: told.get(subject)?.ballot.resolution?.symbol ?? vote.put?.symbol ?? null, present, ...denominatorOf(vote, told.get(subject)?.ballot, lines),
      more: isMoreThanPresent(vote, vote.papers, present), noQuorum: frozen ? frozen.quorum && !frozen.quorum.reached : isTooFew(lines, room.required),
      majority: frozen ? frozenMajority(frozen) : majorityFor(vote.kind, shares),
      earlier: earlierCounts(subject, vote, book, told.get(subject)?.ballot),
    };
  });
}

function linesThen(subject: string, entries: RoomBook['entries'], { rows, closedAt }: Present): Line[] {
  const written = [...entries.values()].filter((entry) => entry.subject === subject).map((entry) => Date.parse(entry.at));
  const at = Math.min(...written, Date.parse(closedAt ?? '') || Infinity);
  return rows.map((row) => lineAt(row, at));
}

function isTooFew(lines: readonly Line[], required: number | null): boolean | null {
  return required === null ? null : quorumOf(lines, '1/1').present < required;
}

/** Those that were taken out, and not counted anew since. */
export function takenOut(book: Pick<RoomBook, 'room' | 'entries'>, votes: readonly Pick<Counted, 'subject'>[]): Out[] {
  return book.room.withdrawn.flatMap(({ entry, ballot, reason }) => {
    const [line, subject] = [book.entries.get(entry), subjectOfVote(ballot)];
    if (!line || votes.some((one) => one.subject === subject)) return [];
    return [{ subject, vote: ballot, reason, at: line.at, by: line.recorded_by, device: line.device_id }];
  });
}

/** What the server froze, once it knows what the room counted with; until then what this phone can tell by the roll. */
function denominatorOf(vote: HandVote, ballot: Ballot | undefined, lines: readonly Line[]): { of: number; room: number | null } {
  const frozen = ballot?.result;
  if (frozen && [null, frozen.denominator, frozen.room_denominator].includes(vote.denominator)) {
    return { of: frozen.denominator, room: frozen.room_denominator };
  }
  return settledDenominator(vote.denominator, lines);
}

function voteOf(ballot: Ballot): { ballot: Ballot; vote: HandVote } {
  const { title, kind, agenda_item_id, resolution_id, result, reserved } = ballot;
  const { agree = 0, disagree = 0, other = 0, denominator = null, papers = null } = result ?? {};
  const sheets = ballot.method === 'secret_paper' && papers ? { papers } : {};
  return {
    ballot,
    vote: {
      title, kind, agenda_item_id, resolution_id, agree, disagree, other, denominator, ...sheets,
      reserved: reserved.map(({ member_id, text }) => ({ member_id, text })),
    },
  };
}

function earlierCounts(subject: string, vote: HandVote, book: Pick<RoomBook, 'room' | 'entries' | 'refused'>, ballot: Ballot | undefined): Earlier[] {
  const refused = new Set(book.refused.map((entry) => entry.id));
  const byId = new Map([...book.entries].map(([id, entry]) => [id, { ...entry, at: Date.parse(entry.at) } as RoomEntry]));
  const saidOf = (id: string): string | undefined => {
    const entry = byId.get(id);
    return entry && saidBy(entry, byId)?.id;
  };
  const settled = new Set(
    [...byId.values()]
      .filter((entry) => entry.subject === subject && entry.kind === 'settle' && !refused.has(entry.id))
      .flatMap((entry) => entry.data.instead_of as string[]).map((id) => saidOf(id)),
  );
  const differing = new Set(book.room.differences.filter(({ entry }) => entry.subject === subject).flatMap(({ others }) => others.map(({ id }) => saidOf(id))));
  const howOf = (id: string): Earlier['how'] => (differing.has(id) ? 'differs' : settled.has(id) ? 'settled' : 'corrected');
  const written = [...book.entries.values()]
    .filter((entry) => entry.subject === subject && entry.kind !== 'settle' && !refused.has(entry.id))
    .sort((a, b) => a.at.localeCompare(b.at))
    .flatMap((entry) => {
      const said = saidBy(byId.get(entry.id) as RoomEntry, byId)?.data.ballot as HandVote | undefined;
      return said ? [{ ...tallyOf(said), at: entry.at, by: entry.recorded_by, device: entry.device_id, corrected: false, how: howOf(entry.id) }] : [];
    });
  const kept = (ballot?.corrections ?? []).map((one) => ({ ...tallyOf(one), at: one.corrected_at, by: null, device: null, corrected: true, how: one.differed ? 'settled' as const : 'corrected' as const }));
  const seen = new Set([numbers(vote)]);
  return [...written, ...kept].filter((one) => {
    const known = seen.has(numbers(one));
    seen.add(numbers(one));
    return !known;
  });
}

function tallyOf({ agree, disagree, other }: Tally): Tally {
  return { agree, disagree, other };
}

function numbers({ agree, disagree, other }: Tally): string {
  return `${agree}/${disagree}/${other}`;
}

export interface Reserved {
  member_id: Id;
  text: string;
}

/** What is wrong with the reserved opinions as they were entered; empty lines do not count. */
export function reservedError(lines: readonly Reserved[]): 'incomplete' | 'twice' | null {
  const used = written(lines);
  if (used.some((one) => !one.member_id || one.text.trim() === '')) return 'incomplete';
  return new Set(used.map((one) => one.member_id)).size < used.length ? 'twice' : null;
}

/** The opinions that go into the book. */
export function written(lines: readonly Reserved[]): Reserved[] {
  return lines.filter((one) => one.member_id || one.text.trim() !== '').map(({ member_id, text }) => ({ member_id, text: text.trim() }));
}
