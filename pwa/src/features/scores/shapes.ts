import type { Id } from '$api/shapes';
import type { PaperCount } from '$sync/room';

export interface Criterion {
  title: string;
  points: number;
}

export type Grade = 'good' | 'fair' | 'average' | 'poor';

/** A score that is known: by the server, or counted on this phone. */
export interface ScoreResult {
  average: string;
  grade: Grade;
  sheets: number;
  method: 'phone' | 'paper' | 'mixed' | null;
  criteria: Criterion[];
  criterion_averages: string[];
}

export interface MeetingScore {
  meeting_id: Id;
  state: 'none' | 'open' | 'closed' | 'withdrawn';
  method: 'phone' | 'paper' | 'mixed' | null;
  criteria: Criterion[];
  present: number;
  sheets: number;
  /** Two decimals with a point, such as "92.50". */
  average: string | null;
  grade: Grade | null;
  /** Sheets by phone that it does not rest on. */
  left_out: number;
  /** Of all sheets; with `paper` and `corrections` for who runs the meeting. */
  points: number | null;
  paper: PaperCount | null;
  corrections: (PaperCount & { corrected_at: string })[];
  criterion_averages: string[];
  mine: { scored: boolean; may_score: boolean };
  can: string[];
  etag: string;
}

export interface ScoreSheets {
  organization_id: Id;
  can_write: boolean;
  criteria: Criterion[];
  set_by: string | null;
  valid_from: string | null;
  versions: { id: Id; valid_from: string; criteria: Criterion[] }[];
}
