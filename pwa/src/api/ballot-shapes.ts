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
}

export interface Progress {
  denominator: number;
  required: number;
  present: number;
  voted: number;
  voted_member_ids: Id[];
  papers_taken: number;
  few_voters: boolean;
}

export interface Reservation {
  member_id: Id;
  full_name: string;
  text: string;
}

export interface Correction extends Tally {
  denominator: number;
  corrected_at: string;
}

export interface Ballot {
  id: Id;
  key: string;
  meeting_id: Id;
  agenda_item_id: Id | null;
  /** The draft that it decides on. */
  resolution_id: Id | null;
  /** Its name: who votes cannot read the draft itself. */
  resolution: { symbol: string; title: string } | null;
  title: string;
  kind: BallotKind;
  method: BallotMethod;
  state: BallotState;
  opened_at: string | null;
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
