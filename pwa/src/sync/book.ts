/** The book of the room on this phone: written without a network, sent by the outbox, read back from the server. */
import { codeOf, request } from '$api/client';
import type { AgendaItem, Id, Meeting, MeetingAct } from '$api/shapes';
import { database, write, type WriteTransaction } from '$db/database';
import type { OutboxItem, StoredEntry } from '$db/schema';
import { actsAfter } from '$lib/acts';
import { uuid } from '$lib/ids';
import { pollWhileSeen } from '$lib/poll';
import { syncNow } from './engine.svelte';
import { enqueue, unsettled } from './outbox';
import { agendaNames, foldRoom, standing, subjectOf, type EntryData, type EntryKind, type Room, type RoomEntry } from './room';

export interface Line {
  kind: EntryKind;
  data: EntryData;
}

export interface RoomBook {
  room: Room;
  /** Everything that counts, and when each was written, by id. */
  entries: Map<string, StoredEntry>;
  /** What was written on this phone or another and does not count, the latest first. */
  refused: StoredEntry[];
  /** How many lines of this phone the server has not answered. */
  waiting: number;
}

const subject = (meetingId: Id): string => `meeting:${meetingId}`;
export const bookPath = (meetingId: Id): string => `/api/meetings/${encodeURIComponent(meetingId)}/proceedings`;

/** What the outbox calls an append, for the list of what waits. */
function nameOf(lines: readonly Line[]): string {
  const kinds = new Set(lines.map((line) => line.kind));
  if (kinds.has('close')) return 'close_meeting';
  if (kinds.size > 1) return 'book';
  return kinds.has('mark') ? 'mark' : kinds.has('open') ? 'open_meeting' : 'book';
}

/** Writes lines into the book, together and durably, whether or not there is a network. Answers them as they stand in it. */
export async function append(meetingId: Id, lines: readonly Line[]): Promise<StoredEntry[]> {
  const items = await itemsOf(meetingId);
  let written: StoredEntry[] = [];
  const item = { kind: nameOf(lines), subject: subject(meetingId), method: 'POST' as const, path: bookPath(meetingId), body: {} };
  await enqueue(item, ['proceedings', 'meta'], async (tx) => {
    written = await writeLines(tx, meetingId, lines, items);
    item.body = {
      entries: written.map(({ id, kind, data, at, device_id, sequence, base }) => ({ id, kind, data, at, device_id, sequence, base })),
    };
  });
  return written;
}

async function writeLines(
  tx: WriteTransaction, meetingId: Id, lines: readonly Line[], items: ReadonlyMap<string, OutboxItem>,
): Promise<StoredEntry[]> {
  const known = await tx.objectStore('meta').get('device_id');
  const device_id = (known?.value as string | undefined) ?? uuid();
  if (!known) await tx.objectStore('meta').put({ key: 'device_id', value: device_id });
  const store = tx.objectStore('proceedings');
  const stored = await store.index('meeting_id').getAll(meetingId);
  const own = stored.filter((entry) => entry.device_id === device_id);
  const last = own.reduce((latest, entry) => Math.max(latest, Date.parse(entry.at)), 0);
  let sequence = own.reduce((highest, entry) => Math.max(highest, entry.sequence), 0);
  // A clock that was set back in the middle of the meeting does not turn the order of what was written.
  const now = Math.max(Date.now(), last + 1);
  const counting = stored.filter((entry) => counts(entry, items)).map(asRoomEntry);
  const written: StoredEntry[] = [];
  for (const { kind, data } of lines) {
    const about = subjectOf(kind, data);
    const entry: StoredEntry = {
      id: uuid(), meeting_id: meetingId, kind, subject: about, data, at: new Date(now).toISOString(), device_id,
      sequence: ++sequence, base: standing(counting.filter((one) => one.subject === about))?.entry.id ?? null,
      outcome: null, code: null, flags: [], recorded_by: null,
    };
    await store.put(entry);
    counting.push(asRoomEntry(entry));
    written.push(entry);
  }
  return written;
}

function asRoomEntry(entry: StoredEntry): RoomEntry {
  return { ...entry, at: Date.parse(entry.at) };
}

/** The outbox items of a meeting's book, by the ids of the lines they carry. */
async function itemsOf(meetingId: Id): Promise<Map<string, OutboxItem>> {
  const items = await (await database()).getAllFromIndex('outbox', 'subject', subject(meetingId));
  return new Map(items.flatMap((item) => linesOf(item).map((line) => [line.id, item] as const)));
}

/** The lines of the book that an outbox item carries; none for other items. */
export function linesOf(item: OutboxItem): { id: string; kind: EntryKind; data: EntryData; at: string }[] {
  const body = item.body as { entries?: { id: string; kind: EntryKind; data: EntryData; at: string }[] } | null;
  return body?.entries ?? [];
}

/** Whether a line counts: the server said so, or it is on its way, or was sent and the answer is not read yet. */
function counts(entry: StoredEntry, items: ReadonlyMap<string, OutboxItem>): boolean {
  if (entry.outcome !== null) return entry.outcome === 'applied';
  const state = items.get(entry.id)?.state;
  return state === 'queued' || state === 'sending' || state === 'done';
}

export async function readBook(meetingId: Id): Promise<RoomBook> {
  const stored = await (await database()).getAllFromIndex('proceedings', 'meeting_id', meetingId);
  const items = await itemsOf(meetingId);
  const counting = stored.filter((entry) => counts(entry, items));
  const refused = stored
    .filter((entry) => entry.outcome === 'refused' || (entry.outcome === null && ['refused', 'conflict'].includes(items.get(entry.id)?.state ?? '')))
    .map((entry) => ({ ...entry, code: entry.code ?? items.get(entry.id)?.code ?? null }))
    .sort((a, b) => b.at.localeCompare(a.at));
  const waiting = stored.filter((entry) => {
    const item = items.get(entry.id);
    return entry.outcome === null && item !== undefined && unsettled.includes(item.state);
  }).length;
  return { room: foldRoom(counting.map(asRoomEntry)), entries: new Map(stored.map((one) => [one.id, one])), refused, waiting };
}

const IN_ROOM: MeetingAct[] = ['close', 'unopen', 'mark', 'answer_absence', 'show_qr'];

/** The agenda with what the room added, dropped and moved. */
function withFloor(agenda: readonly AgendaItem[], room: Room): AgendaItem[] {
  const planned = [...agenda].sort((a, b) => a.position - b.position);
  const items = new Map(planned.map((item): [string, AgendaItem] => {
    const name = item.key ?? item.id;
    const named = item.key ? { ...item, id: name, server_id: item.id } : item;
    if (name in room.dropped) return [name, { ...named, dropped: true, drop_reason: room.dropped[name] || null }];
    return [name, room.restored.includes(name) ? { ...named, dropped: false, drop_reason: null } : named];
  }));
  for (const { key, title, presenter = null, minutes = null } of room.added) {
    const known = items.get(key);
    const gone = key in room.dropped ? { dropped: true, drop_reason: room.dropped[key] || null } : {};
    items.set(key, { position: 0, body: null, server_id: null, ...known, id: key, key, title, presenter, minutes, ...gone });
  }
  return agendaNames(planned.map((item) => item.key ?? item.id), room)
    .flatMap((name) => items.get(name) ?? [])
    .map((item, index) => ({ ...item, position: index + 1 }));
}

/**
 * The meeting as its book leaves it: what the server has not heard of counts, an opening, a closing, and what took them back.
 * Its agenda is the room's, where an item from the floor is called by its name in the book.
 */
export function withBook(meeting: Meeting, room: Room): Meeting {
  let seen: Meeting = { ...meeting, agenda: withFloor(meeting.agenda, room) };
  const undone = (at: number | null, hour: string | null): boolean => at !== null && hour !== null && at >= Date.parse(hour);
  if (room.opened_at === null && seen.state === 'open' && undone(room.unopened_at, seen.opened_at)) {
    seen = { ...seen, state: 'convened', opened_at: null, can: actsAfter(seen.can, ['open', 'mark', 'answer_absence', 'show_qr']) };
  }
  if (room.closed_at === null && seen.state === 'closed' && undone(room.reopened_at, seen.closed_at)) {
    seen = { ...seen, state: 'open', closed_at: null, can: actsAfter(seen.can, IN_ROOM) };
  }
  if (room.opened_at !== null && seen.state === 'convened') {
    seen = { ...seen, state: 'open', opened_at: new Date(room.opened_at).toISOString(), can: actsAfter(seen.can, IN_ROOM) };
  }
  if (room.closed_at !== null && seen.state === 'open') {
    seen = { ...seen, state: 'closed', closed_at: new Date(room.closed_at).toISOString(), can: actsAfter(seen.can, ['reopen', 'mark', 'answer_absence']) };
  }
  return seen;
}

export interface BookAnswer {
  /** Of what went wrong. */
  code: string | null;
  /** The tag of the whole roll as the server has it; null for who does not read all of it. */
  roll: string | null;
}

/** Asks what is new in the book and keeps it. Answers null, or the code of what went wrong. */
export async function fetchBook(meetingId: Id, signal?: AbortSignal): Promise<string | null> {
  return (await askBook(meetingId, signal)).code;
}

/** The same, with what the book says of the roll beside it. */
export async function askBook(meetingId: Id, signal?: AbortSignal): Promise<BookAnswer> {
  for (;;) {
    const db = await database();
    // Who was appointed since may read what lies before the place up to which the phone has read.
    const whole = ((await db.get('meetings', meetingId))?.can.length ?? 0) > 0;
    const stored = await db.get('books', meetingId);
    const known = whole && !stored?.whole ? undefined : stored;
    const after = known?.cursor ?? 0;
    const answer = await request<{ items: StoredEntry[]; cursor: number; more: boolean; state: string }>(
      'GET', `${bookPath(meetingId)}?after=${after}`, { ifNoneMatch: known?.etag ?? undefined, signal, timeout: 10_000 },
    );
    if (!answer.ok) return { code: codeOf(answer), roll: null };
    const said = { code: null, roll: answer.headers?.get('Roll-ETag') ?? null };
    if (answer.status === 304) return said;
    const { items, cursor, more, state } = answer.data;
    await write(['proceedings', 'books', 'meetings'], async (tx) => {
      // Logged out or withdrawn while it was on its way: it must not come back.
      if (!(await tx.objectStore('meetings').getKey(meetingId))) return;
      for (const item of items) await tx.objectStore('proceedings').put({ ...item, meeting_id: meetingId });
      const etag = cursor === after ? answer.etag : null;
      await tx.objectStore('books').put({ meeting_id: meetingId, cursor, etag, state, whole, fetched_at: new Date().toISOString() });
    });
    if (!more) return said;
  }
}

/** Sends what waits, now if there is a network, and reads what became of these lines: the code of a refusal, else null. */
export async function settled(meetingId: Id, written: readonly StoredEntry[]): Promise<string | null> {
  for (let turn = 0; turn < 3; turn++) {
    const result = await syncNow();
    if (result.outcome === 'failed') return null;
    const items = await itemsOf(meetingId);
    const states = written.map((line) => items.get(line.id)?.state);
    if (!states.some((state) => state === 'queued' || state === 'sending')) break;
  }
  await fetchBook(meetingId);
  const { refused } = await readBook(meetingId);
  return refused.find((entry) => written.some((line) => line.id === entry.id))?.code ?? null;
}

/** Keeps the book of a meeting fresh while the window is seen. */
export function pollBook(meetingId: Id, every: number): () => void {
  const pace = { every, retry: every * 3, spread: 0.3 };
  return pollWhileSeen((signal) => fetchBook(meetingId, signal), pace, () => undefined);
}
