import { request } from '$api/client';
import type { Minutes, MinutesSection, SignerRole } from '$api/minutes-shapes';
import type { Id } from '$api/shapes';
import type { OutboxItem } from '$db/schema';
import { fetchMinutes, keepMinutes, minutesPath, minutesSubject, readMinutes, ROOM, sectionsIn, type Shown } from '$sync/minutes';
import { dismissItem, enqueueInstead, itemsAbout, retryItem, unsettled, type NewOutboxItem } from '$sync/outbox';
import { bodyOf, mergeOurs, unread } from './text';

const WAIT = 250;
// Longer than a request may last.
const TRIES = 140;

/** Has the minutes written from the facts, or brought up to date. */
export async function composeMinutes(meetingId: Id): Promise<string | null> {
  return keepMinutes(await request<Minutes>('POST', minutesPath(meetingId, '/compose')));
}

/** After what is on its way, so that neither changes the version that the other one names. */
export function nameSigners({ meeting_id: id, etag }: Minutes, body: { chair_id?: Id; minute_taker_id?: Id }): Promise<string | null> {
  return inTurn(async () => {
    await until(id, (item) => unsettled.includes(item.state) && !item.code);
    const ifMatch = (await readMinutes(id))?.minutes.etag ?? etag;
    return keepMinutes(await request<Minutes>('PATCH', minutesPath(id), { body, ifMatch }));
  });
}

export async function markReadBack(minutes: Minutes): Promise<string | null> {
  return keepMinutes(await request<Minutes>('POST', minutesPath(minutes.meeting_id, '/read-back'), { ifMatch: minutes.etag }));
}

export interface SignatureForm {
  role: SignerRole;
  login: string | null;
  password: string;
  drawing: string | null;
  addendum: number;
}

export async function signMinutes(minutes: Minutes, body: SignatureForm): Promise<string | null> {
  return keepMinutes(await request<Minutes>('POST', minutesPath(minutes.meeting_id, '/signatures'), { body, ifMatch: minutes.etag }));
}

/**
 * Puts on record that these have signed the printed page; one after the other, because each is a version of its own. What was
 * taken stands when a later one is refused.
 */
export async function recordOnPaper(minutes: Minutes, roles: readonly SignerRole[], addendum: number, page: File): Promise<string | null> {
  let { etag } = minutes;
  for (const role of roles) {
    const body = new FormData();
    body.append('role', role);
    body.append('addendum', String(addendum));
    body.append('file', page, page.name);
    const answer = await request<Minutes>('POST', minutesPath(minutes.meeting_id, '/paper-signatures'), { body, ifMatch: etag, timeout: 180_000 });
    const failed = await keepMinutes(answer);
    if (failed) {
      // An answer that was lost on its way may have taken it; then the screen says so.
      await fetchMinutes(minutes.meeting_id);
      return failed;
    }
    if (answer.ok) ({ etag } = answer.data);
  }
  return null;
}

/** Where the scan of a signed page is read. */
export function scanPath(meetingId: Id, scan: string): string {
  return minutesPath(meetingId, `/paper-signatures/${encodeURIComponent(scan)}`);
}

export async function addAddendum(minutes: Minutes, text: string, key: string): Promise<string | null> {
  return keepMinutes(await request<Minutes>('POST', minutesPath(minutes.meeting_id, '/addenda'), { body: { text }, idempotencyKey: key }));
}

export async function withdrawAddendum(minutes: Minutes, number: number): Promise<string | null> {
  return keepMinutes(await request<Minutes>('DELETE', minutesPath(minutes.meeting_id, `/addenda/${number}`), { ifMatch: minutes.etag }));
}

let turn: Promise<unknown> = Promise.resolve();

/** One change after another: each is made of what the one before has left. */
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

/** Waits while there is a network and an item of which this holds. */
async function until(meetingId: Id, waits: (item: OutboxItem) => boolean): Promise<void> {
  for (let round = 0; round < TRIES && navigator.onLine; round++) {
    if (!(await itemsAbout(minutesSubject(meetingId))).some(waits)) break;
    await new Promise((done) => setTimeout(done, WAIT));
  }
}

/** What waits is replaced; one that is being sent is waited for, because its answer is the next version. */
async function waitingItem(meetingId: Id): Promise<OutboxItem | undefined> {
  await until(meetingId, (item) => item.state === 'sending');
  return (await itemsAbout(minutesSubject(meetingId))).find((item) => unsettled.includes(item.state));
}

/**
 * Keeps a new text of one section on this phone and sends it when it can. What still waits is replaced, so that the server
 * gets one change of the version that was read.
 */
export function saveSection(meetingId: Id, section: MinutesSection): Promise<void> {
  return inTurn(() => put(meetingId, [section]));
}

/** `settled`: a conflict that these sections end; it goes in the same step, so that at no moment there is neither. */
async function put(meetingId: Id, changed: readonly MinutesSection[], settled?: OutboxItem): Promise<void> {
  await enqueueInstead(async () => {
    const waiting = await waitingItem(meetingId);
    const shown = await readMinutes(meetingId);
    if (!shown) return null;
    const before = [waiting, await asNow(settled)];
    const sections = shown.minutes.sections.map((one) => changed.find(({ key }) => key === one.key) ?? one);
    if (waiting?.kind === ROOM || !shown.minutes.etag) {
      return { before, item: roomItem({ ...shown.minutes, sections: unread(sections), state: 'draft' }, shown, waiting) };
    }
    const ours = changed.map(bodyOf).reduce((earlier, one) => mergeOurs({ sections: earlier }, one), sectionsIn(waiting?.body));
    const item: NewOutboxItem = {
      kind: 'minutes_edit', subject: minutesSubject(meetingId), method: 'PATCH', path: minutesPath(meetingId), body: { sections: ours },
      base: waiting ? waiting.base : shown.heard?.sections,
      ifMatch: waiting?.if_match ?? shown.minutes.etag, local: { store: 'minutes', key: meetingId, patch: { sections } },
    };
    return { before, item };
  });
}

/** The item as it is by now; undefined when it is gone. */
async function asNow(item: OutboxItem | undefined): Promise<OutboxItem | undefined> {
  return item && (await itemsAbout(item.subject)).find(({ seq }) => seq === item.seq);
}

/** Keeps the whole text on this phone and sends it when it can: the book comes first, so that the server has the same facts. */
export function saveRoom(minutes: Minutes): Promise<void> {
  return inTurn(() => putRoom(minutes));
}

/** The same, for who has the turn. */
export async function putRoom(minutes: Minutes): Promise<void> {
  await enqueueInstead(async () => {
    const waiting = await waitingItem(minutes.meeting_id);
    return { before: [waiting], item: roomItem(minutes, await readMinutes(minutes.meeting_id), waiting) };
  });
}

function roomItem(minutes: Minutes, shown: Shown | null, waiting: OutboxItem | undefined): NewOutboxItem {
  const { meeting_id: id, sections, state, read_back_at, etag } = minutes;
  const body = { sections: sections.map(({ key, paragraphs }) => ({ key, paragraphs })), read_back_at: state === 'read_back' ? read_back_at : null };
  return {
    kind: ROOM, subject: minutesSubject(id), method: 'POST', path: minutesPath(id, '/from-room'), body, base: waiting ? waiting.base : shown?.heard?.sections,
    ifMatch: (waiting ? waiting.if_match : etag) ?? '', local: { store: 'minutes', key: id, patch: minutes },
  };
}

/**
 * After a conflict: sends the chosen sections against the version that was chosen from, or lets ours go. Who came before
 * once more is met again, not written over.
 */
export function settleConflict(meetingId: Id, item: OutboxItem, sections: readonly MinutesSection[]): Promise<void> {
  return inTurn(() => (sections.length > 0 ? put(meetingId, sections, item) : dropItem(item)));
}

/** Whether this phone has the version that came before the item. */
export function knowsTheirs(minutes: Minutes, item: OutboxItem): boolean {
  return minutes.etag !== (item.if_match ?? '');
}

export async function dropItem(item: OutboxItem): Promise<void> {
  if (item.seq !== undefined) await dismissItem(item.seq);
}

/** Sends once more what the server did not take. */
export async function sendAgain(item: OutboxItem): Promise<void> {
  if (item.seq !== undefined) await retryItem(item.seq);
}
