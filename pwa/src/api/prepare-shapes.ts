import type { Id, MeetingKind } from './shapes';

/** When an organisation usually meets: a day of the month, or the first, second… weekday of it. */
export interface Schedule {
  kind: MeetingKind;
  starts: string;
  minutes: number;
  place: string;
  online_url: string | null;
  day: number | null;
  /** 1 to 4, -1: the last. */
  week: number | null;
  /** 0: Monday. */
  weekday: number | null;
  next_working_day: boolean;
}

export interface ScheduleState {
  organization_id: Id;
  schedule: Schedule | null;
  can_write: boolean;
  etag: string;
}

export interface Opinion {
  id: Id;
  key: string;
  meeting_id: Id;
  agenda_item_id: Id | null;
  member_id: Id;
  full_name: string;
  kind: 'opinion' | 'question';
  text: string;
  group: string | null;
  answered: boolean;
  answer: string | null;
  created_at: string;
  changed_at: string;
  mine: boolean;
  etag: string;
}

export interface Opinions {
  meeting_id: Id;
  open: boolean;
  runs: boolean;
  items: Opinion[];
}

export interface CalendarFeed {
  id: Id;
  name: string;
  titles: 'neutral' | 'full';
  created_at: string;
  read_on: string | null;
}
