/** The minutes as this phone knows them, with what is still on its way, and asking the server for them. */
import { codeOf, request, type Result } from '$api/client';
import type { Minutes } from '$api/minutes-shapes';
import type { Id } from '$api/shapes';
import { database, write } from '$db/database';
import type { OutboxItem } from '$db/schema';
import { itemsAbout, overlay, unsettled } from './outbox';

/** What is sent of a section: every paragraph with its words. */
export interface SectionBody {
  key: string;
  paragraphs: ParagraphBody[];
}

export interface ParagraphBody {
  id: string;
  text: string;
  removed: boolean;
  differs?: boolean | undefined;
}

export interface Shown {
  /** With the changes that are still on their way. */
  minutes: Minutes;
  /** As the server last told of them. */
  heard: Minutes | null;
  /** Changes of this phone that somebody else's came before; their text is in `body`. */
  conflict: OutboxItem | null;
  pending: boolean;
  /** The sections that are on their way. */
  waiting: string[];
  refused: OutboxItem | null;
}

/** The whole text of a room without a network, on its way to the server. */
export const ROOM = 'minutes_room';

export function minutesPath(meetingId: Id, rest = ''): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}/minutes${rest}`;
}

export function minutesSubject(meetingId: Id): string {
  return `minutes:${meetingId}`;
}

export function sectionsIn(body: unknown): SectionBody[] {
  const sections = (body as { sections?: SectionBody[] } | undefined)?.sections;
  return Array.isArray(sections) ? sections : [];
}

/** The minutes as this phone knows them; null when it does not. */
export async function readMinutes(meetingId: Id): Promise<Shown | null> {
  const stored = await (await database()).get('minutes', meetingId);
  const items = await itemsAbout(minutesSubject(meetingId));
  const seen = await overlay('minutes', stored ? [stored] : [], (row) => row.meeting_id);
  // What was written here stays to be read when the server has not taken it.
  const kept = items.findLast((item) => item.kind === ROOM && item.state !== 'done')?.local?.patch as Minutes | undefined;
  const minutes = seen.find((row) => row.meeting_id === meetingId) ?? kept;
  if (!minutes) return null;
  return {
    minutes,
    heard: stored ?? null,
    conflict: items.find((item) => item.state === 'conflict') ?? null,
    refused: items.find((item) => item.state === 'refused') ?? null,
    pending: items.some((item) => unsettled.includes(item.state)),
    waiting: items.filter((item) => item.kind !== ROOM && unsettled.includes(item.state)).flatMap((item) => sectionsIn(item.body).map(({ key }) => key)),
  };
}

/** Keeps what the server answered; null, or the code of why there is nothing. */
export async function keepMinutes(answer: Result<Minutes>): Promise<string | null> {
  if (!answer.ok) return codeOf(answer);
  if (answer.data) await write(['minutes'], (tx) => tx.objectStore('minutes').put(answer.data));
  return null;
}

/** Asks the server for the minutes; null, or the code of why not: `not_found` when nobody has begun them, too. */
export async function fetchMinutes(meetingId: Id): Promise<string | null> {
  const answer = await request<Minutes>('GET', minutesPath(meetingId));
  return answer.ok && !answer.data ? 'not_found' : keepMinutes(answer);
}
