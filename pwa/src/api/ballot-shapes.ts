/** The shapes of ballots in the API; `contract.ts` holds them against openapi.json. */
import type { Id } from './shapes';

export type BallotKind = 'resolution' | 'admission' | 'recognition' | 'other';
export type BallotMethod = 'hand' | 'phone' | 'secret' | 'secret_paper';
export type BallotState = 'draft' | 'open' | 'closed' | 'withdrawn';
export type Choice = 'agree' | 'disagree' | 'other';

export interface Tally {
  agree: number;
  disagree: number;
  other: number;
}

/** The papers of a secret ballot: handed out, in the box, and of those the valid and the invalid ones. */
export interface Papers {
  given_out: number;
  returned: number;
  valid: number;
  invalid: number;
}

/** How many official members had to be in the room, and how many were. */
export interface Quorum {
  required: number;
  present: number;
  reached: boolean;
}

export interface BallotResult extends Tally {
  denominator: number;
  voters_present: number;
  required: number;
  majority_share: string;
  majority_at_least: boolean;
  not_voted: number;
  /** null: the ballot was void, see `faults`. */
  passed: boolean | null;
  faults: ('forged_vote' | 'surplus_votes')[];
  papers: Papers | null;
  /** As it was at the vote; null: not frozen with it. */
  quorum: Quorum | null;
  /** What the room counted with where that could not be. */
  room_denominator: number | null;
  /** Who wrote down more votes than the roll has in the room was asked and said so. */
  count_confirmed: boolean;
  /** Counted by hand beside an open vote by phone, and within the votes. */
  hands: Tally | null;
  flags: ('no_quorum' | 'more_than_present' | 'stale_denominator' | 'unanimous')[];
}

export interface Progress {
  denominator: number;
  required: number;
  present: number;
  voted: number;
  voted_member_ids: Id[];
  papers_taken: number;
  /** Who is in the room and has not voted in an open vote by phone. */
  hands_left: number;
  quorum: Quorum;
  /** Who could vote in secret now and holds no paper. */
  without_paper: { member_id: Id; full_name: string }[];
  /** So few can vote, or have voted, that the result would tell how each of them did. */
  few_voters: boolean;
  few_votes: boolean;
}

export interface Reservation {
  member_id: Id;
  full_name: string;
  text: string;
}

export interface Correction extends Tally {
  papers?: Papers | undefined;
  denominator: number;
  corrected_at: string;
  /** Nobody corrected it: two devices counted differently, and another count was taken. */
  differed?: boolean | undefined;
  /** The vote was written down by mistake and taken out, for this reason. */
  withdrawn?: string | undefined;
}

export interface Ballot {
  id: Id;
  key: string;
  meeting_id: Id;
  agenda_item_id: Id | null;
  /** The draft that it decides on. */
  resolution_id: Id | null;
  /** Its name when it was put to the vote. */
  resolution: { symbol: string; title: string } | null;
  /** Of the text that was put to the vote; null: nobody knows. These two are missing in what older versions of the app have kept. */
  content_hash?: string | null;
  /** The text itself while the vote is open, for who may vote by phone and who runs the meeting. */
  resolution_text?: string | null;
  title: string;
  kind: BallotKind;
  method: BallotMethod;
  state: BallotState;
  opened_at: string | null;
  /** A secret ballot gives out papers until then and takes votes from then on, never both. */
  casting_since: string | null;
  closed_at: string | null;
  public_key: string | null;
  mine: { has_vote: boolean; may_vote: boolean; choice: Choice | null; paper_taken: boolean };
  /** For who runs the meeting, until the ballot is closed. */
  progress: Progress | null;
  result: BallotResult | null;
  reserved: Reservation[];
  /** Counts by hand that stood before they were corrected. */
  corrections: Correction[];
  can: string[];
  etag: string;
}

export interface BoxVote {
  serial: string;
  choice: Choice;
  secret: string;
  marks: string[];
  randomizer: string;
  signature: string;
}

/** Everything from which a closed ballot can be counted again. */
export interface BallotRecord {
  ballot: Ballot;
  public_key: string | null;
  papers: { member_id: Id; full_name: string }[];
  box: BoxVote[];
  votes: { member_id: Id; full_name: string; choice: Choice }[];
}

export const choices: readonly Choice[] = ['agree', 'disagree', 'other'];
