import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BallotKind } from '$api/ballot-shapes';
import type { AttendanceState, MemberStatus } from '$api/shapes';
import {
  countError, denominator, frozenMajority, handsLeft, holdsAVote, isCounted, isMoreThanPresent, lineAt, majorityFor, mayReserve, mayVote, passes, quorumOf,
  required, settledDenominator, votersPresent, type Evening, type Line,
} from './rules';

interface Cases {
  lines: { status: MemberStatus; state: AttendanceState | null; away?: boolean; holds: boolean; counted: boolean; votes: boolean }[];
  majorities: { kind: BallotKind; denominator: number; required: number }[];
  shares: { kind: BallotKind; resolution: string; admission: string; denominator: number; required: number }[];
  moments: (Evening & { why: string; at: string; votes: boolean })[];
  papers: { denominator: number; present?: number; papers: Sheets | null; tally: [number, number, number]; error: string | null }[];
  more_than_present: { tally: [number, number, number]; papers: Sheets | null; present: number; more: boolean }[];
  denominators: { why: string; roll: People[]; room: number | null; of: number; stale: boolean }[];
  quorums: { roll: People[]; share: string; required: number; present: number; reached: boolean }[];
  hands_left: { roll: People[]; voted: number[]; left: number }[];
}
type Sheets = [number, number, number, number];
type People = [number, MemberStatus, AttendanceState | null];

function linesOf(roll: readonly People[]): Line[] {
  return roll.flatMap(([number, status, state]) => Array.from({ length: number }, () => ({ status, state })));
}
function papersOf(sheets: Sheets | null) {
  return sheets && { given_out: sheets[0], returned: sheets[1], valid: sheets[2], invalid: sheets[3] };
}
const cases = JSON.parse(readFileSync('../tests/data/ballots/cases.json', 'utf8')) as Cases;

describe('the rules of votes, on the same cases as the server', () => {
  it.each(cases.lines)('$status, $state', ({ holds, counted, votes, ...line }) => {
    expect([holdsAVote(line.status), isCounted(line), mayVote(line)]).toEqual([holds, counted, votes]);
  });

  it('counts a roll', () => {
    expect(denominator(cases.lines)).toBe(cases.lines.filter((one) => one.counted).length);
    expect(votersPresent(cases.lines)).toBe(cases.lines.filter((one) => one.votes).length);
  });

  it.each(cases.majorities)('$kind out of $denominator', (one) => {
    const majority = majorityFor(one.kind);
    expect(required(one.denominator, majority)).toBe(one.required);
    expect(passes(one.required, one.denominator, majority)).toBe(true);
    expect(passes(one.required - 1, one.denominator, majority)).toBe(false);
  });

  it.each(cases.shares)('$kind out of $denominator by the shares of the organisation', (one) => {
    expect(required(one.denominator, majorityFor(one.kind, one))).toBe(one.required);
  });

  it.each(cases.moments)('who is in the room at the vote: $why', ({ votes, at, ...row }) => {
    expect(mayVote(lineAt(row, Date.parse(at)))).toBe(votes);
  });

  it('lets only who was there reserve an opinion', () => {
    const of = (state: AttendanceState | null, status: MemberStatus = 'official') => mayReserve({ status, state });
    expect([of('present'), of('late'), of('present', 'exempt')]).toEqual([true, true, true]);
    expect([of(null), of('excused'), of('unexcused'), of('exempt', 'exempt'), of('present', 'probationary')]).toEqual([false, false, false, false, false]);
  });

  it('takes a frozen majority as it was frozen', () => {
    expect(required(21, frozenMajority({ majority_share: '2/3', majority_at_least: true }))).toBe(14);
    expect(required(21, frozenMajority({ majority_share: '2/3', majority_at_least: false }))).toBe(15);
  });

  it.each(cases.papers)('numbers counted by people: $error', ({ papers, tally, denominator: out, present, error }) => {
    const [agree, disagree, other] = tally;
    expect(countError({ agree, disagree, other }, out, papersOf(papers), present)).toBe(error);
  });

  it.each(cases.more_than_present)('$tally with $present in the room', ({ tally: [agree, disagree, other], papers, present, more }) => {
    expect(isMoreThanPresent({ agree, disagree, other }, papersOf(papers), present)).toBe(more);
  });

  it.each(cases.denominators)('the denominator of the room: $why', ({ roll, room, of, stale }) => {
    expect(settledDenominator(room, linesOf(roll))).toEqual({ of, room: stale ? room : null });
  });

  it.each(cases.quorums)('a quorum of $required with $present', ({ roll, share, required: needed, present, reached }) => {
    expect(quorumOf(linesOf(roll), share)).toEqual({ required: needed, present, reached });
  });

  it.each(cases.hands_left)('hands of $left', ({ roll, voted, left }) => {
    expect(handsLeft(linesOf(roll).map((line, place) => ({ ...line, voted: voted.includes(place) })))).toBe(left);
  });
});
