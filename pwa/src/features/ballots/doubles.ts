import type { HandVote, Room } from '$sync/room';

/** The titles of the counted votes that may be the same as this one, until somebody says whether they are (`$sync/doubles`). */
export function mayBeOneWith(subject: string, { doubles }: Pick<Room, 'doubles'>): string[] {
  return doubles
    .filter((pair) => pair.some((one) => one.entry.subject === subject))
    .flatMap((pair) => pair.filter((one) => one.entry.subject !== subject))
    .map((one) => (one.data.ballot as HandVote).title);
}
