import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BallotKind } from '$api/ballot-shapes';
import type { AttendanceState, MemberStatus } from '$api/shapes';
import { countError, denominator, holdsAVote, isCounted, majorityFor, mayVote, passes, required, votersPresent } from './rules';

interface Cases {
  lines: { status: MemberStatus; state: AttendanceState | null; left?: boolean; holds: boolean; counted: boolean; votes: boolean }[];
  majorities: { kind: BallotKind; denominator: number; required: number }[];
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

  it('takes the shares of the organisation', () => {
    expect(required(20, majorityFor('admission', { admission: '3/4' }))).toBe(15);
    expect(required(20, majorityFor('resolution', { resolution: '3/5' }))).toBe(13);
  });

  it.each(cases.papers)('numbers counted by people: $error', ({ papers, tally, denominator: out, error }) => {
    const [agree, disagree, other] = tally;
    const counted = papers && { given_out: papers[0], returned: papers[1], valid: papers[2], invalid: papers[3] };
    expect(countError({ agree, disagree, other }, out, counted)).toBe(error);
  });
});
