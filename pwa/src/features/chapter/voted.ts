/** What the members decided on a draft, as this phone knows it: with a network or in the book of the room. */
import type { Ballot } from '$api/ballot-shapes';
import type { Id, IssueWarning, Resolution } from '$api/shapes';
import { passes } from '$features/ballots/rules';
import type { Counted } from '$features/room/votes';
import { subjectOf } from '$sync/room';

export type Voted =
  | { state: 'none' } | { state: 'voting' }
  | { state: 'passed'; agree: number; of: number } | { state: 'rejected'; agree: number; of: number } | { state: 'edited'; agree: number; of: number };

interface Decision {
  at: number;
  agree: number;
  of: number;
  passed: boolean;
  /** Of the text that was put to the vote; null: nobody knows, and nothing is claimed. */
  hash: string | null;
}

const CHANGED: readonly IssueWarning[] = ['changed_after_vote', 'type_changed_after_vote', 'supersedes_changed_after_vote'];

/**
 * The latest vote on it that stands, by its name or on its very words under another draft, and whether it was on what it is now.
 * `counted`: the votes by hands and on paper.
 */
export function votedOn(
  resolution: Pick<Resolution, 'id' | 'content_hash' | 'issue_warnings'>, ballots: readonly Ballot[],
  counted: readonly Pick<Counted, 'subject' | 'vote' | 'of' | 'majority'>[],
): Voted {
  const concerns = (id: Id | null | undefined, hash: string | null | undefined): boolean =>
    id === resolution.id || (!!id && !!hash && hash === resolution.content_hash);
  const own = ballots.filter((one) => concerns(one.resolution_id, one.content_hash));
  if (own.some((one) => one.state === 'open')) return { state: 'voting' };
  const byPhone = own.flatMap<Decision>(({ method, result, closed_at, content_hash }) => (
    result && closed_at && (method === 'phone' || method === 'secret')
      ? [{ at: Date.parse(closed_at), agree: result.agree, of: result.denominator, passed: result.passed === true, hash: content_hash ?? null }] : []
  ));
  const inRoom = counted.filter(({ vote }) => concerns(vote.resolution_id, vote.put?.content_hash)).map<Decision>(({ subject, vote, of, majority }) => {
    const told = own.find((one) => one.closed_at && subjectOf(one.method === 'secret_paper' ? 'paper_vote' : 'hand_vote', { ballot: one }) === subject);
    return {
      // What the server has not heard of yet is the latest.
      at: told?.closed_at ? Date.parse(told.closed_at) : Infinity,
      agree: vote.agree, of, passed: passes(vote.agree, of, majority), hash: told?.content_hash ?? vote.put?.content_hash ?? null,
    };
  });
  const last = [...byPhone, ...inRoom].sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).at(-1);
  if (!last) return { state: 'none' };
  const { agree, of } = last;
  if (!last.passed) return { state: 'rejected', agree, of };
  const other = (last.hash !== null && resolution.content_hash !== undefined && last.hash !== resolution.content_hash)
    || CHANGED.some((one) => resolution.issue_warnings?.includes(one));
  return { state: other ? 'edited' : 'passed', agree, of };
}
