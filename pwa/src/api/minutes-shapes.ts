import type { Id } from './shapes';

export type SignerRole = 'chair' | 'minute_taker';

export interface MinutesParagraph {
  id: string;
  text: string;
  is_heading: boolean;
  /** What the facts of the meeting say here; null for words of one's own. */
  facts: string | null;
  removed: boolean;
  /** The facts changed after somebody had edited this paragraph, or after it was read to the meeting. */
  differs: boolean;
  /** A person wrote these words, or wants them to stand whatever the facts say; missing in what older versions kept. */
  by_hand?: boolean | undefined;
}

export interface MinutesSection {
  key: string;
  title: string;
  paragraphs: MinutesParagraph[];
}

export interface Signer {
  member_id: Id;
  full_name: string;
}

export interface MinutesSignature {
  role: SignerRole;
  full_name: string;
  /** Path data on a pad of 1000 by 400; null when the name was typed. */
  drawing: string | null;
  signed_at: string;
  /** Signed by hand on the printed page: who put it on record (`signed_at` is when), and its scan. */
  paper: { recorded_by: string; scan: string; media_type: string } | null;
}

export interface MinutesAddendum {
  number: number;
  text: string;
  written_at: string;
  signatures: MinutesSignature[];
}

export interface Minutes {
  id: Id;
  meeting_id: Id;
  organization_id: Id;
  state: 'draft' | 'read_back' | 'signed';
  issuer: string;
  superior: string | null;
  place: string;
  day: string;
  symbol: string;
  title: string;
  subtitle: string;
  sections: MinutesSection[];
  chair: Signer | null;
  minute_taker: Signer | null;
  signatures: MinutesSignature[];
  addenda: MinutesAddendum[];
  /** False: what is stored is not what was signed. */
  intact: boolean;
  read_back_at: string | null;
  signed_at: string | null;
  changed_at: string;
  etag: string;
}
