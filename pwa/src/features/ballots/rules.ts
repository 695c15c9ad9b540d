/**
 * The rules of votes (2-domain, Votes and Members): who votes, the denominator, the majority. The same as
 * `handbook.ballots.rules`; both are held to `tests/data/ballots/cases.json`. Pure, in whole numbers.
 */
import type { BallotKind, Papers, Quorum, Tally } from '$api/ballot-shapes';
import type { AttendanceState, MemberStatus } from '$api/shapes';

export interface Line {
  /** The member's status when summoned. */
  status: MemberStatus;
  /** What the roll says; null: not recorded. */
  state: AttendanceState | null;
  /** Came, and was out of the room at the vote: had left, or had not come yet. */
  away?: boolean | undefined;
}

/** What a line of the roll says of one member's evening. */
export interface Evening {
  status: MemberStatus;
  state: AttendanceState | null;
  arrived_at?: string | null | undefined;
  checked_in_at?: string | null | undefined;
  left_at?: string | null | undefined;
}

/**
 * A line of the roll as the rules see it at one moment: who had left by then, or came later, was not in the room. Who came late
 * arrived when somebody saw it, else when the code was scanned; who is present was there from the beginning, unless it says since when.
 */
export function lineAt({ status, state, arrived_at, checked_in_at, left_at }: Evening, at: number): Line {
  const came = arrived_at ?? (state === 'late' ? checked_in_at : null);
  const left = !!left_at && Date.parse(left_at) <= at;
  return { status, state, away: left || (!!came && Date.parse(came) > at) };
}

function inTheRoom({ state, away }: Line): boolean {
  return (state === 'present' || state === 'late') && !away;
}

/** "Only official members vote; probationary members may speak, not vote." Who is introduced elsewhere or here for a time does not. */
export function holdsAVote(status: MemberStatus): boolean {
  return status === 'official' || status === 'exempt';
}

/** Who of the roll can reserve an opinion: has a vote, and was there, also who has left since. */
export function mayReserve({ status, state }: { status: MemberStatus; state: AttendanceState | null }): boolean {
  return holdsAVote(status) && inTheRoom({ status, state });
}

/**
 * "… less exempt members who are absent (an exempt member who attends and votes counts). Other absentees stay in the denominator."
 * The record says who is exempt, not the roll: an official member whom the roll calls exempt is an absentee.
 */
export function isCounted(line: Line): boolean {
  return line.status === 'official' || (holdsAVote(line.status) && inTheRoom(line));
}

export function mayVote(line: Line): boolean {
  return isCounted(line) && inTheRoom(line);
}

export function denominator(lines: readonly Line[]): number {
  return lines.filter(isCounted).length;
}

export function votersPresent(lines: readonly Line[]): number {
  return lines.filter(mayVote).length;
}

/** The share of the denominator that must agree, as a fraction: at least it, or more than it. */
export interface Majority {
  numerator: number;
  divisor: number;
  atLeast: boolean;
}

/** What the organisation asks for, as fractions in words; what it does not say is as the rules say. */
export interface Shares {
  resolution?: string | undefined;
  admission?: string | undefined;
}

/** "A resolution passes with more than 1/2; admission of a member or official recognition needs at least 2/3." */
export function majorityFor(kind: BallotKind, { resolution = '1/2', admission = '2/3' }: Shares = {}): Majority {
  const atLeast = kind === 'admission' || kind === 'recognition';
  const [numerator = 1, divisor = 1] = (atLeast ? admission : resolution).split('/').map(Number);
  return { numerator, divisor, atLeast };
}

/** The majority that was frozen with a result. */
export function frozenMajority({ majority_share, majority_at_least }: { majority_share: string; majority_at_least: boolean }): Majority {
  const [numerator = 1, divisor = 1] = majority_share.split('/').map(Number);
  return { numerator, divisor, atLeast: majority_at_least };
}

/** The fewest votes in favour that reach the majority, never none. */
export function required(out: number, { numerator, divisor, atLeast }: Majority): number {
  const exact = out * numerator;
  const whole = Math.floor(exact / divisor);
  return atLeast ? Math.max(1, whole + (exact % divisor > 0 ? 1 : 0)) : whole + 1;
}

export function passes(agree: number, out: number, majority: Majority): boolean {
  return agree >= required(out, majority);
}

export type CountError =
  | 'more_votes_than_voters' | 'more_votes_than_present' | 'more_papers_than_voters' | 'more_papers_than_present'
  | 'more_returned_than_given_out' | 'papers_do_not_add_up' | 'votes_do_not_add_up';

export function total({ agree, disagree, other }: Tally): number {
  return agree + disagree + other;
}

/**
 * What is wrong with numbers that people counted, or null. `papers` only for a secret vote on paper; `present`, where it is asked,
 * are those who were there to vote: "other absentees stay in the denominator", and have no vote.
 */
export function countError(tally: Tally, out: number, papers: Papers | null = null, present = Infinity): CountError | null {
  if (total(tally) > out && !papers) return 'more_votes_than_voters';
  if (!papers) return total(tally) > present ? 'more_votes_than_present' : null;
  if (papers.given_out > out) return 'more_papers_than_voters';
  if (papers.given_out > present) return 'more_papers_than_present';
  if (papers.returned > papers.given_out) return 'more_returned_than_given_out';
  if (papers.valid + papers.invalid !== papers.returned) return 'papers_do_not_add_up';
  if (total(tally) !== papers.valid) return 'votes_do_not_add_up';
  return null;
}

/** Whether more members voted, or were given a paper, than the roll has in the room: kept without a network, and never without being said. */
export function isMoreThanPresent(tally: Tally, papers: Papers | null | undefined, present: number): boolean {
  return Math.max(total(tally), papers?.given_out ?? 0) > present;
}

/** The number that decides, and beside it the one that the room counted with when that cannot be. */
export interface Denominator {
  of: number;
  room: number | null;
}

/** "Other absentees stay in the denominator": fewer than the official members who count means an old or partial roll, and the roll decides. */
export function settledDenominator(room: number | null, lines: readonly Line[]): Denominator {
  if (room === null) return { of: denominator(lines), room: null };
  const fewest = lines.filter((line) => isCounted(line) && line.status === 'official').length;
  return room >= fewest ? { of: room, room: null } : { of: denominator(lines), room };
}

/** The quorum at the moment of a vote: "default 2/3 of official members who must attend", of those still in the room. */
export function quorumOf(lines: readonly Line[], share: string): Quorum {
  const [numerator = 2, divisor = 3] = share.split('/').map(Number);
  const due = lines.filter((line) => line.status === 'official' && isCounted(line));
  const needed = Math.ceil((due.length * numerator) / divisor);
  const present = due.filter(inTheRoom).length;
  return { required: needed, present, reached: due.length > 0 && present >= needed };
}

/** How many hands may be raised beside an open vote by phone: of who is in the room and did not vote by phone. */
export function handsLeft(lines: readonly (Line & { voted: boolean })[]): number {
  return lines.filter((line) => mayVote(line) && !line.voted).length;
}
