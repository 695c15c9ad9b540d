import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BallotKind } from '$api/ballot-shapes';
import type { AttendanceState, MemberStatus } from '$api/shapes';
import { countError, denominator, frozenMajority, holdsAVote, isCounted, lineAt, majorityFor, mayVote, passes, required, votersPresent } from './rules';

interface Cases {
  lines: { status: MemberStatus; state: AttendanceState | null; left?: boolean; holds: boolean; counted: boolean; votes: boolean }[];
  majorities: { kind: BallotKind; denominator: number; required: number }[];
  shares: { kind: BallotKind; resolution: string; admission: string; denominator: number; required: number }[];
  moments: { status: MemberStatus; state: AttendanceState; left_at: string | null; at: string; votes: boolean }[];
  papers: { denominator: number; papers: [number, number, number, number] | null; tally: [number, number, number]; error: string | null }[];
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

  it.each(cases.moments)('who left at $left_at has a vote at $at: $votes', ({ votes, at, ...row }) => {
    expect(mayVote(lineAt(row, Date.parse(at)))).toBe(votes);
  });

  it('takes a frozen majority as it was frozen', () => {
    expect(required(21, frozenMajority({ majority_share: '2/3', majority_at_least: true }))).toBe(14);
    expect(required(21, frozenMajority({ majority_share: '2/3', majority_at_least: false }))).toBe(15);
  });

  it.each(cases.papers)('numbers counted by people: $error', ({ papers, tally, denominator: out, error }) => {
    const [agree, disagree, other] = tally;
    const counted = papers && { given_out: papers[0], returned: papers[1], valid: papers[2], invalid: papers[3] };
    expect(countError({ agree, disagree, other }, out, counted)).toBe(error);
  });
});
