/** The shapes of the API. Ids are opaque strings, times RFC 3339 with offset, dates ISO `YYYY-MM-DD`. */

import type { Minutes } from './minutes-shapes';
import type { Schedule } from './prepare-shapes';

export type Id = string;

export type MeetingKind = 'regular' | 'thematic' | 'committee' | 'extraordinary' | 'congress' | 'conference';
export type MeetingState = 'draft' | 'convened' | 'open' | 'closed' | 'finalized' | 'cancelled';
export type AttendanceState = 'present' | 'late' | 'excused' | 'unexcused' | 'exempt';
export type OfficeTitle = 'secretary' | 'deputy_secretary' | 'committee_member' | 'staff' | 'administrator';
export type MeetingAct =
  | 'edit' | 'convene' | 'open' | 'unopen' | 'close' | 'reopen' | 'cancel' | 'finalize' | 'mark' | 'answer_absence' | 'show_qr'
  | 'take_minutes';
export type MemberStatus =
  | 'official' | 'probationary' | 'exempt' | 'temporary_in' | 'temporary_out' | 'transferred'
  | 'suspended' | 'struck_off' | 'expelled' | 'withdrawn' | 'deceased';

export interface Office {
  organization_id: Id;
  /** Missing in what older versions of the app have kept. */
  organization_name?: string;
  title: OfficeTitle;
  from: string;
  to: string | null;
}

export interface Organization {
  id: Id;
  parent_id: Id | null;
  kind: string;
  name: string;
  code: string | null;
  path: Id[];
  timezone: string;
  member_counts: { official: number; probationary: number; exempt: number };
  /** What it sets itself, by name; the topmost one names every rule. Missing in what older versions have kept. */
  rules?: Record<string, unknown>;
  /** The agendas it sets itself, by the kind of meeting. */
  agenda_templates?: Record<string, TemplateLine[]>;
  /** When it usually meets; its own alone. */
  schedule?: Schedule | null;
  etag?: string;
}

export interface TemplateLine {
  title: string;
  presenter: string | null;
  minutes: number | null;
  body: string | null;
  source?: string | null;
}

export interface Member {
  id: Id;
  full_name: string;
  birth_date: string | null;
  sex: string | null;
  card_number: string | null;
  status: MemberStatus;
  admitted_on: string | null;
  official_on: string | null;
  organization_id: Id;
  organization_name?: string;
  post?: string | null;
  offices: Office[];
  phone?: string | null;
  etag?: string;
}

export interface Session {
  account: { id: Id; login: string | null };
  member: Member | null;
  offices: Office[];
  must_change_password: boolean;
  purpose_notice_due: boolean;
}

export interface DeviceSession {
  id: Id;
  device_name: string | null;
  created_at: string;
  last_seen_at: string | null;
  current: boolean;
}

export interface AgendaItem {
  id: Id;
  position: number;
  title: string;
  presenter: string | null;
  minutes: number | null;
  body: string | null;
  /** What writes the body: `open_tasks`, or nobody but people. */
  source?: string | null;
  /** Of an item from the floor: the name by which the book of the room knows it. */
  key?: string | null;
  dropped?: boolean;
  drop_reason?: string | null;
  /** Set by `withBook`, where `id` is the name in the book: what the server calls the item, null while it has not heard of it. */
  server_id?: Id | null;
}

export interface Paper {
  id: Id;
  meeting_id: Id;
  agenda_item_id: Id | null;
  title: string;
  filename: string;
  media_type: string;
  size: number;
  sha256: string;
}

export interface Counts {
  summoned: number;
  present: number;
  late: number;
  excused: number;
  unexcused: number;
  exempt: number;
  not_recorded: number;
}

export interface Meeting {
  id: Id;
  organization_id: Id;
  organization_name: string;
  kind: MeetingKind;
  title: string;
  state: MeetingState;
  starts_at: string;
  ends_at: string;
  place: string;
  online_url: string | null;
  agenda: AgendaItem[];
  papers: Paper[];
  cancel_reason: string | null;
  convened_at: string | null;
  opened_at: string | null;
  closed_at: string | null;
  timezone: string;
  can: MeetingAct[];
  /** What is unusual about it, for who runs it. */
  warnings?: { code: string; params: Record<string, unknown> }[];
  counts: Counts;
  /** Of a conference: the site to which one belongs as a delegate, and those that one hosts. */
  my_site?: OwnSite | null;
  my_sites_as_host?: Id[];
  etag: string;
}

/** The site of a conference (điểm cầu) at which a delegate sits. */
export interface OwnSite {
  id: Id;
  name: string;
  address: string | null;
  online_url: string | null;
}

export interface OwnAttendance {
  meeting_id: Id;
  state: AttendanceState | null;
  method: string | null;
  checked_in_at: string | null;
  recorded_at: string | null;
  flags: string[];
  /** These four are missing in what older versions of the app have kept. */
  arrived_at?: string | null;
  left_at?: string | null;
  recorded_by_name?: string | null;
  /** The own code, which the device of who runs the meeting may scan. */
  code?: string | null;
}

export interface RollItem extends Omit<OwnAttendance, 'meeting_id' | 'code' | 'recorded_by_name'> {
  member_id: Id;
  full_name: string;
  /** What tells those apart whose name is in the roll more than once; missing in what a phone kept from earlier. */
  name_mark?: string | null;
  status: MemberStatus;
  recorded_by: string | null;
  reason?: string | null;
  /** Of a conference: the site at which the member is or is expected, and the one to which he or she belongs. */
  site_id?: Id | null;
  home_site_id?: Id | null;
}

export interface Roll {
  counts: Counts;
  /** Of a conference, for who runs it: there are more lines behind this cursor. */
  next?: string | null;
  quorum: { required: number; reached: boolean } | null;
  /** Missing in what a phone kept from earlier. */
  quorum_share?: string;
  official_due?: number;
  official_present?: number;
  items: RollItem[];
  chair_id?: Id | null;
  minute_taker_id?: Id | null;
  guests?: { key: string; name: string; from: string | null }[];
  /** Who chairs and who writes the minutes, where the lines come in pages. */
  officers?: { member_id: Id; full_name: string }[];
}

export interface AbsenceRequest {
  id: Id;
  meeting_id: Id;
  member_id: Id;
  full_name: string;
  reason: string;
  decision: 'approved' | 'refused' | 'withdrawn' | null;
  /** Said with the answer; missing in what an older version has kept. */
  note?: string | null;
  created_at: string;
  decided_at: string | null;
  etag: string;
}

export interface Task {
  id: Id;
  title: string;
  due_on: string | null;
  assignees: { member_id: Id; full_name: string }[];
  state: 'open' | 'done' | 'not_done';
  mine: boolean;
  /** From here on missing in what older versions of the app have kept. */
  percent?: number | null;
  /** Why it was not done; with `updates` for who answers for it, who runs the organisation, and those above. */
  reason?: string | null;
  finished_at?: string | null;
  updates?: TaskUpdate[];
  /** The kinds of updates that this person may add now. */
  can?: TaskUpdateKind[];
  etag?: string;
}

export type TaskUpdateKind = 'progress' | 'done' | 'not_done' | 'reopened';

export interface TaskUpdate {
  key: string;
  kind: TaskUpdateKind;
  text: string;
  percent: number | null;
  at: string;
  /** When the server heard of it; missing in what this phone has not sent. */
  recorded_at?: string;
  full_name: string | null;
}

/** What another resolution is called. */
export interface ResolutionName {
  id: Id;
  symbol: string;
  title: string;
  issued_on: string | null;
}

/** A task as lists over a tree show it. */
export interface TaskLine extends Task {
  /** What became of its resolution; missing in what older versions of the app have kept. */
  gone?: 'superseded' | 'revoked' | null;
  organization_id: Id;
  organization_name: string;
  resolution: ResolutionName;
}

/** What speaks against issuing a resolution; of one in force, what became of its vote since. */
export type IssueWarning =
  | 'no_vote' | 'vote_withdrawn' | 'vote_not_passed' | 'vote_unclear' | 'vote_disputed' | 'vote_rejected' | 'rejected_elsewhere'
  | 'changed_after_vote' | 'type_changed_after_vote' | 'supersedes_changed_after_vote' | 'text_not_frozen' | 'no_quorum';

/** For what a draft is not issued, whatever reason is given. */
export type IssueRefusal = 'vote_disputed' | 'vote_undecided' | 'resolution_rejected';

export interface Resolution {
  id: Id;
  organization_id: Id;
  organization_name: string;
  symbol: string;
  title: string;
  body: string;
  state: 'draft' | 'issued' | 'revoked';
  issued_on: string | null;
  meeting_id: Id | null;
  tasks: Task[];
  /** From here to `can` missing in what older versions of the app have kept. */
  type?: string;
  term?: string;
  /** Of title and body, made by the server: a vote names the text by it. */
  content_hash?: string;
  issue_exception?: string | null;
  /** What speaks against issuing a draft, in answers to who may issue it; of an issued one, what became of its vote since. */
  issue_warnings?: IssueWarning[];
  /** For what issuing a draft would be refused now, in answers to who may issue it. */
  issue_refused?: IssueRefusal | null;
  /** What will stand before the date, in answers to who may issue it. */
  place?: string;
  revoked_on?: string | null;
  revoke_reason?: string | null;
  supersedes?: ResolutionName | null;
  superseded_by?: ResolutionName | null;
  can?: string[];
  etag: string;
}

export type NoticeKind =
  | 'meeting_convened' | 'meeting_changed' | 'meeting_cancelled' | 'meeting_reminder'
  | 'absence_decided' | 'resolution_issued' | 'resolution_revoked' | 'task_due'
  | 'meeting_due' | 'minutes_due' | 'absence_asked';

export interface Notice {
  id: Id;
  kind: NoticeKind;
  meeting_id: Id | null;
  resolution_id: Id | null;
  created_at: string;
  read_at: string | null;
  params: Record<string, unknown>;
}

export interface AccessLogEntry {
  at: string;
  action: string;
  actor_name: string | null;
  /** Held on that day; null when none is known. */
  actor_office: { title: OfficeTitle; organization_name: string } | null;
  reason: string | null;
}

export interface CheckInKey {
  /** base64url of 32 bytes. */
  key: string;
  step_seconds: number;
  valid_from: string;
  valid_until: string;
}

export interface SyncChanges {
  /** Signed minutes; missing in what an older server sends. */
  minutes?: Minutes[];
  organizations?: Organization[];
  meetings?: Meeting[];
  resolutions?: Resolution[];
  notices?: Notice[];
  attendance?: OwnAttendance[];
  absence_requests?: AbsenceRequest[];
  members?: Member[];
  me?: Session | null;
}

export interface SyncPage {
  cursor: string;
  full: boolean;
  changes: SyncChanges;
  gone: { type: string; id: Id }[];
  /** True when another page is waiting behind this cursor. */
  more?: boolean;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** RFC 9457 with our stable `code`; the code is the key of the sentence shown. */
export interface Problem {
  status: number;
  code: string;
  title?: string;
  errors?: { pointer: string; code: string; params?: Record<string, unknown> }[];
  request_id?: string;
}
