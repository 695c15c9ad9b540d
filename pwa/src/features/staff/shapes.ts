/** The shapes that only the screens of staff read: the generated ones, under the names that are used here. */
import type { components } from '$api/schema';
import type { Member } from '$api/shapes';

type Schemas = components['schemas'];

/** Sums over meetings that have ended; `rate` is 0 to 1, null when nobody was due. */
export type Figures = Schemas['Figures'];
export type ChildFigures = Schemas['ChildFigures'];
export type MonthFigures = Schemas['MonthFigures'];
export type MeetingFigures = Schemas['MeetingFigures'];
export type ReportException = Schemas['ReportException'];
export type ExceptionKind = ReportException['kind'];
export type ExceptionPage = Schemas['ReportExceptionPage'];
/** `unnumbered`: fetched ahead, without the telephone numbers that nobody has looked at on this phone. */
export type AttendanceReport = Schemas['AttendanceReport'] & { unnumbered?: boolean };

export type StatusChange = Schemas['StatusChange'];
export interface MemberRecord extends Member {
  history: StatusChange[];
}

export type ImportProblem = Schemas['RowProblem'];
export type ImportReport = Schemas['RosterReport'];
export type RosterImport = Schemas['RosterImport'];
