/**
 * Two counts that may be of one vote: pure, and the same as `handbook.proceedings.doubles`, which says why.
 * `tests/data/proceedings/cases.json` holds both to it.
 */
import { fold } from '$lib/fold';
import type { HandVote } from './room';

/** A count that stands. */
export interface CountedVote {
  subject: string;
  ballot: HandVote;
  /** The devices that wrote it down without having seen another count of it. */
  raisedOn: ReadonlySet<string>;
}

/** The pairs that may be one vote, by their subjects in their order. */
export function findDoubles(counts: readonly CountedVote[]): [string, string][] {
  const ordered = [...counts].sort((a, b) => (a.subject < b.subject ? -1 : 1));
  return ordered.flatMap((one, index) =>
    ordered.slice(index + 1).filter((other) => mayBeOne(one, other)).map((other): [string, string] => [one.subject, other.subject]));
}

/** Counted in one way, asking the same; a device that wrote down both knows that they are two, and so does who said it. */
function mayBeOne(one: CountedVote, other: CountedVote): boolean {
  const way = ({ subject }: CountedVote): string | undefined => subject.split(':')[0];
  if (way(one) !== way(other) || [...one.raisedOn].some((device) => other.raisedOn.has(device))) return false;
  const apart = one.ballot.apart?.includes(other.subject) || other.ballot.apart?.includes(one.subject);
  return !apart && isSameQuestion(one.ballot, other.ballot);
}

type Question = Pick<HandVote, 'title' | 'kind'>;

/** Whether two ballots may ask the same: of one kind, and the words of one title begin the other, whatever their accents. */
export function isSameQuestion(one: Question, other: Question): boolean {
  const wordsOf = ({ title }: Question): string[] => fold(title).match(/[0-9a-z\u0080-\uffff]+/g) ?? [];
  const [words, others] = [wordsOf(one), wordsOf(other)];
  const length = Math.min(words.length, others.length);
  return one.kind === other.kind && length > 0 && words.slice(0, length).join() === others.slice(0, length).join();
}
