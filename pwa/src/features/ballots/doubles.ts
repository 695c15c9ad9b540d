import type { Ballot } from '$api/ballot-shapes';
import type { Meeting } from '$api/shapes';
import type { HandVote, Room } from '$sync/room';

/** The titles of the counted votes that may be the same as this one, until somebody says whether they are (`$sync/doubles`). */
export function mayBeOneWith(subject: string, { doubles }: Pick<Room, 'doubles'>): string[] {
  return doubles
    .filter((pair) => pair.some((one) => one.entry.subject === subject))
    .flatMap((pair) => pair.filter((one) => one.entry.subject !== subject))
    .map((one) => (one.data.ballot as HandVote).title);
}

/**
 * Whether results of a meeting may still change: people counted them, and nobody has settled them yet. A member's phone has no
 * book of the room, so it cannot say which of two results may be one vote; it says that they stand until the minutes do.
 */
export function standUntilSigned(state: Meeting['state'] | undefined, ballots: readonly Pick<Ballot, 'method' | 'result'>[]): boolean {
  return (state === 'open' || state === 'closed') && ballots.some(({ method, result }) => result && (method === 'hand' || method === 'secret_paper'));
}
