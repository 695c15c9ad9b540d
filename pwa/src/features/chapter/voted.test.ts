import { describe, expect, it } from 'vitest';
import type { Ballot } from '$api/ballot-shapes';
import type { HandVote } from '$sync/room';
import { subjectOf } from '$sync/room';
import { votedOn } from './voted';

const draft = { id: '9', content_hash: 'now' };
const hands = (agree: number, changes: Partial<HandVote> = {}) => {
  const vote: HandVote = {
    title: 'Thông qua', kind: 'resolution', agenda_item_id: null, resolution_id: '9', agree, disagree: 0, other: 0, denominator: 38, reserved: [], ...changes,
  };
  return { subject: subjectOf('hand_vote', { ballot: vote }), vote, of: 38, majority: { numerator: 1, divisor: 2, atLeast: false } };
};
const put = (content_hash: string) => ({ put: { symbol: '09-NQ/CB', title: 'A', content_hash } });
const ballot = (changes: Partial<Ballot>): Ballot => ({
  resolution_id: '9', title: 'Thông qua', kind: 'resolution', agenda_item_id: null, method: 'phone', state: 'closed',
  closed_at: '2026-12-05T13:00:00Z', content_hash: 'now', result: { agree: 30, denominator: 38, passed: true }, ...changes,
}) as Ballot;

describe('what was decided on a draft', () => {
  it('is nothing as long as nobody voted on it', () => {
    expect(votedOn(draft, [], [])).toEqual({ state: 'none' });
    expect(votedOn(draft, [ballot({ resolution_id: '8', content_hash: 'then' })], [hands(33, { resolution_id: null })])).toEqual({ state: 'none' });
  });
  it('is not known while they vote', () => {
    expect(votedOn(draft, [ballot({ state: 'open', result: null, closed_at: null })], [hands(33)])).toEqual({ state: 'voting' });
  });
  it('was counted in a room without a network too', () => {
    expect(votedOn(draft, [], [hands(33, put('now'))])).toEqual({ state: 'passed', agree: 33, of: 38 });
    expect(votedOn(draft, [], [hands(10)])).toEqual({ state: 'rejected', agree: 10, of: 38 });
  });
  it('was decided on another text when the draft was changed since, and on this one when it was changed back', () => {
    expect(votedOn(draft, [ballot({ content_hash: 'then' })], [])).toEqual({ state: 'edited', agree: 30, of: 38 });
    expect(votedOn(draft, [], [hands(33, put('then'))]).state).toBe('edited');
    expect(votedOn({ ...draft, content_hash: 'then' }, [], [hands(33, put('then'))]).state).toBe('passed');
  });
  it('claims nothing of a text that nobody knows', () => {
    expect(votedOn(draft, [ballot({ content_hash: null })], []).state).toBe('passed');
    expect(votedOn({ id: '9' }, [], [hands(33, put('then'))]).state).toBe('passed');
  });
  it('was decided on the same words under another draft too', () => {
    const lost = { result: { agree: 3, denominator: 38, passed: false } as Ballot['result'] };
    expect(votedOn(draft, [ballot({ resolution_id: '8', ...lost })], []).state).toBe('rejected');
    expect(votedOn(draft, [], [hands(3, { resolution_id: '8', ...put('now') })]).state).toBe('rejected');
    expect(votedOn(draft, [ballot({ resolution_id: null, ...lost })], []).state).toBe('none');
    expect(votedOn({ id: '9' }, [ballot({ resolution_id: '8', content_hash: null })], []).state).toBe('none');
  });
  it('was decided on another document when the server says so', () => {
    expect(votedOn({ ...draft, issue_warnings: ['supersedes_changed_after_vote'] }, [ballot({})], []).state).toBe('edited');
    expect(votedOn({ ...draft, issue_warnings: ['no_quorum'] }, [ballot({})], []).state).toBe('passed');
  });
  it('is what the latest of several votes says', () => {
    const later = ballot({ closed_at: '2026-12-05T14:00:00Z', result: { agree: 3, denominator: 38, passed: false } as Ballot['result'] });
    expect(votedOn(draft, [later, ballot({})], []).state).toBe('rejected');
    expect(votedOn(draft, [later], [hands(33)]).state).toBe('passed');
  });
});
