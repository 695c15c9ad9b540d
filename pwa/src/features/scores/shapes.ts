import type { Id } from '$api/shapes';

export interface Criterion {
  title: string;
  points: number;
}

export interface MeetingScore {
  meeting_id: Id;
  state: 'none' | 'open' | 'closed' | 'withdrawn';
  method: 'phone' | 'paper' | null;
  criteria: Criterion[];
  present: number;
  sheets: number;
  /** Two decimals with a point, such as "92.50". */
  average: string | null;
  grade: 'good' | 'fair' | 'average' | 'poor' | null;
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
