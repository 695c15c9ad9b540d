import { codeOf, request } from '$api/client';
import type { AttendanceState, Id, Meeting, Roll } from '$api/shapes';
import { database, write } from '$db/database';
import type { OutboxItem, StoredRoll } from '$db/schema';
import { dismissItem, enqueue, itemsAbout, overlay, retryItem } from '$sync/outbox';
import { syncNow } from '$sync/engine.svelte';
import { MARK_KIND, OPEN_KIND } from './board';

function at(meetingId: Id): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}`;
}

/** The meeting as this phone left it: an opening that is still on its way counts. */
export async function readMeeting(id: Id): Promise<Meeting | null> {
  const stored = await (await database()).get('meetings', id);
  const rows = await overlay('meetings', stored ? [stored] : [], (meeting) => meeting.id);
  return rows.find((meeting) => meeting.id === id && 'title' in meeting) ?? null;
}

/** Writes a member's line by hand; kept on the phone and sent as soon as there is a network. */
export function mark(meetingId: Id, memberId: Id, state: AttendanceState, reason: string): Promise<OutboxItem> {
  return enqueue({
    kind: MARK_KIND,
    subject: `meeting:${meetingId}`,
    method: 'PUT',
    path: `${at(meetingId)}/attendance/${encodeURIComponent(memberId)}`,
    body: reason.trim() ? { state, reason: reason.trim() } : { state },
  });
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
  if (!body) return null;
  await write(['rolls', 'meetings'], async (tx) => {
    // Logged out or withdrawn while it was on its way: it must not come back.
    const meeting = await tx.objectStore('meetings').get(meetingId);
    if (!meeting) return;
    const { counts, quorum, items } = body;
    await tx.objectStore('rolls').put({
      meeting_id: meetingId, counts, quorum, items, etag: answer.etag ?? known?.etag ?? null, fetched_at: asked,
    });
  });
  return null;
}

/**
 * Whether the stamp of an unchanged roll must be renewed: once a minute for who reads it later without a network, and
 * at once when a mark was sent since, so that the board leaves the mark to the roll.
 */
async function isStale({ meeting_id, fetched_at }: StoredRoll): Promise<boolean> {
  if (Date.now() - Date.parse(fetched_at) > 60_000) return true;
  const items = await itemsAbout(`meeting:${meeting_id}`);
  return items.some((item) => item.kind === MARK_KIND && item.state === 'done' && (item.sent_at ?? '') >= fetched_at);
}

async function step(meeting: Meeting, name: 'open' | 'close', body?: object): Promise<string | null> {
  const answer = await request<Meeting>('POST', `${at(meeting.id)}/${name}`, { ifMatch: meeting.etag, body });
  if (!answer.ok) return codeOf(answer);
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(answer.data));
  void syncNow();
  return null;
}

/**
 * Opens the meeting. Without a network the opening is kept with its time and sent later, and this phone goes on as if
 * the meeting were open, because its codes are good without a network. `opener_present`: who opens it is in the room.
 */
export async function openMeeting(meeting: Meeting, opener_present: boolean): Promise<'opened' | 'queued' | { code: string }> {
  const code = await step(meeting, 'open', { opener_present });
  if (code === null) return 'opened';
  if (code !== 'network') return { code };
  const opened_at = new Date().toISOString();
  const patch: Partial<Meeting> = {
    id: meeting.id, state: 'open', opened_at, can: ['close', 'mark', 'answer_absence', 'show_qr'],
  };
  await enqueue({
    kind: OPEN_KIND,
    subject: `meeting:${meeting.id}`,
    method: 'POST',
    path: `${at(meeting.id)}/open`,
    body: { opened_at, opener_present },
    ifMatch: meeting.etag,
    local: { store: 'meetings', key: meeting.id, patch },
  });
  return 'queued';
}

/**
 * Clears up after an opening made without a network: when the meeting is open anyway the item is not needed; when it was
 * only edited meanwhile the opening is sent once more for the new version.
 */
export async function settleOpening(meeting: Meeting, self: Id | null): Promise<void> {
  for (const item of await itemsAbout(`meeting:${meeting.id}`)) {
    if (item.kind !== OPEN_KIND || item.seq === undefined) continue;
    if (item.state !== 'refused' && item.state !== 'conflict') continue;
    if (meeting.state !== 'convened') {
      await dismissItem(item.seq);
      await keepOpenerPresent(meeting, item, self);
    } else if (item.state === 'conflict' && item.if_match !== meeting.etag) await retryItem(item.seq, { if_match: meeting.etag });
  }
}

/** Somebody else's opening was first: that this person was in the room must not be lost with the own one. */
async function keepOpenerPresent(meeting: Meeting, item: OutboxItem, self: Id | null): Promise<void> {
  const body = item.body as { opener_present?: boolean } | undefined;
  if (!self || !body?.opener_present || !meeting.can.includes('mark')) return;
  const roll = await (await database()).get('rolls', meeting.id);
  const line = roll?.items.find((one) => one.member_id === self);
  if (line && line.state !== 'present' && line.state !== 'late') await mark(meeting.id, self, 'present', '');
}

export function closeMeeting(meeting: Meeting): Promise<string | null> {
  return step(meeting, 'close');
}
