import type { Id, Member, MemberStatus, MeetingKind, MeetingState } from '$api/shapes';

/** Sums over meetings that have ended; `rate` is 0 to 1, null when nobody was due. */
export interface Figures {
  cells: number;
  cells_met: number;
  cells_planned: number;
  meetings: number;
  summoned: number;
  present: number;
  late: number;
  excused: number;
  unexcused: number;
  exempt: number;
  rate: number | null;
}

export interface ChildFigures extends Figures {
  organization_id: Id;
  name: string;
  kind: string;
}

export interface MonthFigures extends Figures {
  /** `YYYY-MM` */
  month: string;
}

export interface MeetingFigures {
  meeting_id: Id;
  title: string;
  kind: MeetingKind;
  state: MeetingState;
  starts_at: string;
  summoned: number;
  present: number;
  late: number;
  excused: number;
  unexcused: number;
  exempt: number;
  rate: number | null;
}

export type ExceptionKind = 'no_meeting' | 'minutes_overdue' | 'falling_attendance';

/** Somebody to telephone about. */
export interface Contact {
  member_id: Id;
  full_name: string;
  title: 'secretary' | 'deputy_secretary';
  phone: string | null;
}

export interface ReportException {
  kind: ExceptionKind;
  organization_id: Id;
  name: string;
  meeting_id: Id | null;
  since: string | null;
  rate: number | null;
  previous_rate: number | null;
  /** Ids from the root down to the organisation. */
  path?: Id[];
  /** Its secretary in force; null when there is none. */
  contact?: Contact | null;
}

export interface AttendanceReport {
  organization_id: Id;
  name: string;
  month: string;
  totals: Figures;
  children: ChildFigures[];
  meetings: MeetingFigures[];
  exceptions: ReportException[];
  trend?: MonthFigures[];
}

export interface StatusChange {
  status: MemberStatus;
  effective_on: string | null;
  decision: string | null;
}

export interface MemberRecord extends Member {
  history?: StatusChange[];
}

export type ImportCode =
  | 'missing' | 'invalid_date' | 'future_date' | 'before_admitted' | 'duplicate' | 'invalid' | 'unknown';
export type ImportField =
  | 'name' | 'birth' | 'sex' | 'card' | 'admitted' | 'official' | 'phone' | 'cccd' | 'post' | 'cell';

export interface ImportProblem {
  sheet: string;
  row: number;
  field: ImportField;
  code: ImportCode;
  message: string;
}

export interface ImportReport {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  refused: number;
  problems: ImportProblem[];
  organizations_created: number;
}

export interface RosterImport {
  id: Id;
  organization_id: Id;
  state: 'queued' | 'running' | 'done' | 'failed';
  dry_run: boolean;
  create_organizations: boolean;
  progress: { done: number; total: number } | null;
  report: ImportReport | null;
  /** Why the file could not be imported at all. */
  error: { code: string; message: string } | null;
}
