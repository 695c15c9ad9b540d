import { codeOf, request } from '$api/client';
import type { AttendanceState, Counts, Id, Meeting, Roll } from '$api/shapes';
import { sessionState } from '$app/session.svelte';
import { database, write } from '$db/database';
import type { StoredRoll } from '$db/schema';
import { uuid } from '$lib/ids';
import { append, askBook, readBook, settled, withBook, type Line } from '$sync/book';
import { itemsAbout } from '$sync/outbox';
import { buildBoard, marksOf, type Officers } from './board';
import { standingBulk } from './bulk';

function at(meetingId: Id): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}`;
}

/** The meeting as this phone left it: an opening or closing that is still on its way counts. */
export async function readMeeting(id: Id): Promise<Meeting | null> {
  const stored = await (await database()).get('meetings', id);
  return stored ? withBook(stored, (await readBook(id)).room) : null;
}

/** Writes a member's line by hand, into the book of the room: kept on the phone and sent as soon as there is a network. */
export async function mark(
  meetingId: Id, memberId: Id, state: AttendanceState, reason: string, times: Times = NO_TIMES,
): Promise<void> {
  await append(meetingId, [{ kind: 'mark', data: { member_id: memberId, state, reason: reason.trim() || null, ...times } }]);
}

/** When a member came late and left early, as far as it was written down. */
export interface Times {
  arrived_at: string | null;
  left_at: string | null;
}
const NO_TIMES: Times = { arrived_at: null, left_at: null };

/** Everybody of these is here; in one go, so that it goes out together. */
export async function markAll(meetingId: Id, memberIds: readonly Id[]): Promise<void> {
  if (memberIds.length === 0) return;
  await append(meetingId, memberIds.map((member_id) => ({ kind: 'mark', data: { member_id, state: 'present', reason: null, ...NO_TIMES, together: true } })));
}

/** The last "everybody else is here" of this phone, as far as its marks still stand; from the lines themselves. */
export async function lastBulk(meetingId: Id): Promise<Id[]> {
  const known = await (await database()).get('meta', 'device_id');
  const { entries, refused } = await readBook(meetingId);
  const dead = new Set(refused.map((entry) => entry.id));
  return standingBulk([...entries.values()].filter((entry) => !dead.has(entry.id)), known?.value as string | undefined);
}

/** Takes marks back: what was known without them stands again. */
export async function takeBack(meetingId: Id, memberIds: readonly Id[]): Promise<void> {
  if (memberIds.length === 0) return;
  await append(meetingId, memberIds.map((member_id) => ({ kind: 'mark', data: { member_id, state: null, reason: null, ...NO_TIMES } })));
}

/** Says who leads the meeting or writes its minutes; null takes it back. */
export async function appoint(meetingId: Id, role: 'chair' | 'minute_taker', memberId: Id | null): Promise<void> {
  await append(meetingId, [{ kind: role, data: { member_id: memberId } }]);
}

export interface GuestDraft {
  /** Missing for a guest who is not written down yet. */
  key?: string | undefined;
  name: string;
  from: string | null;
}

export async function putGuest(meetingId: Id, { key, name, from }: GuestDraft, removed = false): Promise<void> {
  await append(meetingId, [{ kind: 'guest', data: { key: key ?? uuid(), name, from, removed } }]);
}

/** What the book says, and under it what the server last said. */
export async function readOfficers(meetingId: Id): Promise<Officers> {
  const { room } = await readBook(meetingId);
  const roll = await (await database()).get('rolls', meetingId);
  const known = new Map((roll?.guests ?? []).map((one) => [one.key, one]));
  const removed = new Set<string>();
  for (const entry of await (await database()).getAllFromIndex('proceedings', 'meeting_id', meetingId)) {
    if (entry.kind === 'guest' && entry.outcome !== 'refused') removed.add(String(entry.data.key));
  }
  return {
    chair: room.chair ?? roll?.chair_id ?? null,
    minute_taker: room.minute_taker ?? roll?.minute_taker_id ?? null,
    // A guest of whom this book has something to say is as the book says; the others are as the server has them.
    names: new Map((roll?.officers ?? []).map((one) => [one.member_id, one.full_name])),
    guests: [...[...known.values()].filter((one) => !removed.has(one.key)), ...room.guests],
  };
}

/** Who is appointed to write the minutes: the name, '' where this phone does not know it; null: nobody, as far as it knows. */
export async function minuteTakerHere(meetingId: Id): Promise<string | null> {
  const { minute_taker: id, names } = await readOfficers(meetingId);
  if (id === null) return null;
  const db = await database();
  const line = (await db.get('rolls', meetingId))?.items.find((one) => one.member_id === id);
  return names?.get(id) ?? line?.full_name ?? (await db.get('members', id))?.full_name ?? '';
}

/** The head-count by the roll of this phone, with what it has written itself; null where it has no roll. */
export async function countsHere(meetingId: Id): Promise<Counts | null> {
  const db = await database();
  const [meeting, roll] = [await readMeeting(meetingId), await db.get('rolls', meetingId)];
  if (!meeting || !roll) return null;
  const [members, items] = [await db.getAll('members'), await itemsAbout(`meeting:${meetingId}`)];
  return buildBoard({ meeting, roll, members, items, self: sessionState.current?.member?.id ?? null }).counts;
}

/** Whom the rules let lead a meeting: secretary and deputy, as far as this phone knows their offices. */
export async function leadersOf(meeting: Meeting): Promise<Set<Id>> {
  const leads = (title: string): boolean => title === 'secretary' || title === 'deputy_secretary';
  const members = await (await database()).getAll('members');
  return new Set(
    members
      .filter((one) => one.offices.some((office) => office.organization_id === meeting.organization_id && leads(office.title)))
      .map((one) => one.id),
  );
}

/**
 * Asks for the book, and for the roll when the book says that it is another one than the one kept here: one question for both
 * while nothing moves (ADR 26). Answers null, or the code of what went wrong.
 */
export async function fetchRoom(meetingId: Id, signal?: AbortSignal): Promise<string | null> {
  const asked = new Date().toISOString();
  const { code, roll } = await askBook(meetingId, signal);
  if (code !== null) return code;
  const known = await (await database()).get('rolls', meetingId);
  if (!known || roll === null || strong(known.etag) !== roll) return fetchRoll(meetingId, signal);
  if (await isStale(known)) await keep(meetingId, known, known.etag, asked);
  return null;
}

/** A tag without the mark that its answer was compressed. */
function strong(tag: string | null): string | undefined {
  return tag?.replace(/^W\//, '');
}

/** Asks for the roll and keeps it. Answers null, or the code of what went wrong. */
export async function fetchRoll(meetingId: Id, signal?: AbortSignal): Promise<string | null> {
  const known = await (await database()).get('rolls', meetingId);
  const asked = new Date().toISOString();
  const answer = await request<Roll>('GET', `${at(meetingId)}/attendance`, {
    ifNoneMatch: known?.etag ?? undefined, signal, timeout: 10_000,
  });
  if (!answer.ok) return codeOf(answer);
  if (answer.status === 304 && known && !(await isStale(known))) return null;
  const body = answer.status === 304 ? known : answer.data;
  if (body) await keep(meetingId, body, answer.etag ?? known?.etag ?? null, asked);
  return null;
}

/** Keeps a roll as it was when it was asked for. */
async function keep(meetingId: Id, roll: Roll | StoredRoll, etag: string | null, asked: string): Promise<void> {
  await write(['rolls', 'meetings'], async (tx) => {
    // Logged out or withdrawn while it was on its way: it must not come back.
    const meeting = await tx.objectStore('meetings').get(meetingId);
    if (!meeting) return;
    const { counts, quorum, quorum_share, official_due, official_present, items, chair_id = null, minute_taker_id = null, guests = [], officers, next = null } = roll;
    await tx.objectStore('rolls').put({
      meeting_id: meetingId, counts, quorum, ...quorum_share !== undefined && { quorum_share },
      ...official_due !== undefined && { official_due }, ...official_present !== undefined && { official_present }, items, chair_id, minute_taker_id, guests, ...officers && { officers }, next, etag, fetched_at: asked,
    });
  });
}

/**
 * Whether the stamp of an unchanged roll must be renewed: once a minute for who reads it later without a network, and
 * at once when a mark was sent since, so that the board leaves the mark to the roll.
 */
async function isStale({ meeting_id, fetched_at }: StoredRoll): Promise<boolean> {
  if (Date.now() - Date.parse(fetched_at) > 60_000) return true;
  const items = await itemsAbout(`meeting:${meeting_id}`);
  return items.some((item) => marksOf(item).length > 0 && item.state === 'done' && (item.sent_at ?? '') >= fetched_at);
}

/** Whether the server has heard it, it waits for a network, or was refused. */
export type Told = 'heard' | 'waiting' | { code: string };

/**
 * Opens the meeting, in the book: with or without a network this phone goes on as if it were open, because its codes are
 * good without one. `present`: who opens it is in the room.
 */
export async function openMeeting(meeting: Meeting, present: boolean): Promise<Told> {
  return tell(meeting, 'open', { present });
}

/** Closes the meeting, in the book; `ending`: the item of the agenda that this is. */
export function closeMeeting(meeting: Meeting, ending?: Id): Promise<Told> {
  return tell(meeting, 'close', {}, ending === undefined ? [] : [{ kind: 'item', data: { agenda_item_id: ending, state: 'done' } }]);
}

/** Takes the opening or the closing back, in the book: a slip of the hand. */
export function stepBack(meeting: Meeting, kind: 'reopen' | 'unopen', reason: string): Promise<Told> {
  return tell(meeting, kind, { reason: reason.trim() });
}

async function tell(
  meeting: Meeting, kind: 'open' | 'close' | 'reopen' | 'unopen', data: Record<string, unknown>, before: readonly Line[] = [],
): Promise<Told> {
  const written = await append(meeting.id, [...before, { kind, data }]);
  const code = await settled(meeting.id, written);
  if (code !== null) return { code };
  const stored = await (await database()).get('proceedings', written.at(-1)?.id ?? '');
  return stored?.outcome === 'applied' ? 'heard' : 'waiting';
}
