/** The votes by hands of a meeting: what the book of the room says, and what was counted with a network. */
import type { Ballot, Tally } from '$api/ballot-shapes';
import type { Id } from '$api/shapes';
import { frozenMajority, majorityFor, type Majority, type Shares } from '$features/ballots/rules';
import type { RoomBook } from '$sync/book';
import { saidBy, subjectOf, type HandVote, type RoomEntry } from '$sync/room';

/** A count that stood before it was corrected; `by` null: counted with a network, and corrected at that time. */
export interface Earlier extends Tally {
  at: string;
  by: Id | null | undefined;
  corrected: boolean;
}

export interface Counted {
  subject: string;
  vote: HandVote;
  /** How many votes there could be: of the room that counted, else as the server froze it. */
  of: number;
  majority: Majority;
  earlier: Earlier[];
}

export function subjectOfVote(vote: Pick<HandVote, 'title' | 'kind' | 'agenda_item_id'>): string {
  return subjectOf('hand_vote', { ballot: vote });
}

/** Every vote by hands with the majority that decides it: the one that was frozen with it, else the organisation's. */
export function countedVotes(book: Pick<RoomBook, 'room' | 'entries' | 'refused'>, ballots: readonly Ballot[], shares: Shares): Counted[] {
  const closed = ballots.filter((one) => one.method === 'hand' && one.state === 'closed');
  const told = new Map(closed.map((one) => [subjectOfVote(one), one]));
  const votes = new Map(book.room.votes.map((vote) => [subjectOfVote(vote), vote]));
  for (const [subject, ballot] of told) if (!votes.has(subject)) votes.set(subject, voteOf(ballot));
  return [...votes].map(([subject, vote]) => {
    const frozen = told.get(subject)?.result;
    return {
      subject, vote, of: vote.denominator ?? frozen?.denominator ?? 0,
      majority: frozen ? frozenMajority(frozen) : majorityFor(vote.kind, shares),
      earlier: earlierCounts(subject, vote, book, told.get(subject)),
    };
  });
}

function voteOf({ title, kind, agenda_item_id, resolution_id, result, reserved }: Ballot): HandVote {
  const { agree = 0, disagree = 0, other = 0, denominator = null } = result ?? {};
  return {
    title, kind, agenda_item_id, resolution_id, agree, disagree, other, denominator,
    reserved: reserved.map(({ member_id, text }) => ({ member_id, text })),
  };
}

function earlierCounts(subject: string, vote: HandVote, book: Pick<RoomBook, 'entries' | 'refused'>, ballot: Ballot | undefined): Earlier[] {
  const refused = new Set(book.refused.map((entry) => entry.id));
  const byId = new Map([...book.entries].map(([id, entry]) => [id, { ...entry, at: Date.parse(entry.at) } as RoomEntry]));
  const written = [...book.entries.values()]
    .filter((entry) => entry.subject === subject && entry.kind === 'hand_vote' && !refused.has(entry.id))
    .sort((a, b) => a.at.localeCompare(b.at))
    .flatMap((entry) => {
      const said = saidBy(byId.get(entry.id) as RoomEntry, byId)?.data.ballot as HandVote | undefined;
      return said ? [{ ...tallyOf(said), at: entry.at, by: entry.recorded_by, corrected: false }] : [];
    });
  const kept = (ballot?.corrections ?? []).map((one) => ({ ...tallyOf(one), at: one.corrected_at, by: null, corrected: true }));
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
