import type { DBSchema, StoreNames } from 'idb';
import type {
  AbsenceRequest, CheckInKey, Id, Meeting, Member, Notice, Organization, OwnAttendance, Resolution, Roll, Session,
} from '$api/shapes';
import type { Method } from '$api/client';
import type { Minutes } from '$api/minutes-shapes';
import type { EntryData, EntryKind } from '$sync/room';

/** The bytes of a paper that is on this phone. */
export interface StoredPaper {
  id: Id;
  meeting_id: Id;
  sha256: string;
  size: number;
  saved_at: string;
  blob: Blob;
}

export type OutboxState = 'queued' | 'sending' | 'done' | 'refused' | 'conflict';

/** A patch of one stored row that screens see at once; see `overlay` in outbox.ts. */
export interface LocalChange {
  store: 'attendance' | 'absence_requests' | 'notices' | 'meetings' | 'resolutions' | 'minutes';
  key: string;
  patch: object;
}

/** One act of the user on its way to the server. */
export interface OutboxItem {
  /** Order of sending; given by the database. */
  seq?: number;
  /** Idempotency key: the same over every attempt. */
  key: string;
  kind: string;
  /** What it is about, `meeting:17`, so that a screen finds its own items. */
  subject: string;
  method: Method;
  path: string;
  body: unknown;
  if_match?: string;
  local?: LocalChange;
  /** What it changes as it was before, to tell what somebody else changed meanwhile. */
  base?: unknown;
  state: OutboxState;
  created_at: string;
  sent_at?: string;
  attempts: number;
  /** Why it was refused, or why the last attempt failed. */
  code?: string;
}

export interface StoredRoll extends Roll {
  meeting_id: Id;
  etag: string | null;
  fetched_at: string;
}

export interface StoredCheckInKey extends CheckInKey {
  meeting_id: Id;
}

/** The last seen body of a page that is read on demand (reports, own access log, …). */
export interface StoredView {
  key: string;
  body: unknown;
  etag: string | null;
  fetched_at: string;
}

/** A line of the book of the room: written on this phone, or as the server gave it. */
export interface StoredEntry {
  id: string;
  meeting_id: Id;
  kind: EntryKind;
  subject: string;
  data: EntryData;
  at: string;
  device_id: string;
  sequence: number;
  base: string | null;
  /** Null until the server has said what became of it. */
  outcome: 'applied' | 'refused' | null;
  code: string | null;
  flags: string[];
  recorded_by: Id | null;
  /** When the server had it; missing until it has, and in what older versions of the app have kept. */
  received_at?: string;
}

/** How far this phone has read the book of a meeting. */
export interface StoredBook {
  meeting_id: Id;
  cursor: number;
  etag: string | null;
  state: string;
  /** Read from its beginning by somebody who sees all of it. */
  whole?: boolean;
  fetched_at: string;
}

/** A check-in made before anybody was logged in on this phone. */
export interface WaitingCheckIn {
  meeting_id: Id;
  token: string;
  scanned_at: string;
  /** Scanned inside the app, or opened from the phone's camera app. */
  method: 'qr' | 'link';
}

export interface MetaValues {
  session: Session;
  cursor: string;
  synced_at: string;
  seen_at: string;
  push_endpoint: string;
  /** Whether notifications may name the meeting and its place on the lock screen. */
  push_details: boolean;
  /** The language of the screen, for the words that the service worker makes. */
  language: 'vi' | 'en';
  /** Names this installation in the books it writes. */
  device_id: string;
  waiting_check_in: WaitingCheckIn;
  /** Ids of the deliveries whose notifications were shown last, the newest first. */
  shown: string[];
}

export interface HandbookSchema extends DBSchema {
  meta: { key: keyof MetaValues; value: { key: keyof MetaValues; value: unknown } };
  organizations: { key: Id; value: Organization };
  members: { key: Id; value: Member; indexes: { organization_id: Id } };
  meetings: { key: Id; value: Meeting; indexes: { starts_at: string; organization_id: Id } };
  resolutions: { key: Id; value: Resolution };
  notices: { key: Id; value: Notice; indexes: { created_at: string } };
  attendance: { key: Id; value: OwnAttendance };
  absence_requests: { key: Id; value: AbsenceRequest; indexes: { meeting_id: Id } };
  rolls: { key: Id; value: StoredRoll };
  check_in_keys: { key: Id; value: StoredCheckInKey };
  papers: { key: Id; value: StoredPaper; indexes: { meeting_id: Id } };
  views: { key: string; value: StoredView };
  proceedings: { key: string; value: StoredEntry; indexes: { meeting_id: Id } };
  books: { key: Id; value: StoredBook };
  minutes: { key: Id; value: Minutes };
  outbox: { key: number; value: OutboxItem; indexes: { subject: string; state: OutboxState } };
}

export type StoreName = StoreNames<HandbookSchema>;

/** What `GET /api/sync` fills; a full answer replaces all of it. */
export const syncedStores = [
  'organizations', 'members', 'meetings', 'resolutions', 'notices', 'attendance', 'absence_requests', 'minutes',
] as const satisfies StoreName[];
