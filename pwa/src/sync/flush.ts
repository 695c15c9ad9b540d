import { request, type Failure } from '$api/client';
import { database, write } from '$db/database';
import type { OutboxItem } from '$db/schema';
import { quietKinds, unsettled } from './outbox';

export interface FlushResult {
  sent: number;
  refused: number;
  /** Items still waiting. */
  left: number;
  /** True when it is worth trying again later. */
  interrupted: boolean;
}

const LOCK = 'handbook-outbox';
const KEEP_DONE = 7 * 24 * 3_600_000;
/** Answers after which the same request may still succeed. */
const PASSING = new Set([408, 425, 429]);

/**
 * Sends what waits in the outbox, in the order in which it was put there. Only one tab or worker of this browser
 * sends at a time. No network stops the run; a server error keeps the item and skips the rest of its subject; any
 * other refusal settles the item with its code. Never throws because of the network.
 */
export async function flush(): Promise<FlushResult> {
  // Without a secure context there are no locks, and no service worker to compete with either; the keys of the
  // requests then keep two tabs from doing harm.
  return navigator.locks?.request(LOCK, run) ?? run();
}

async function run(): Promise<FlushResult> {
  const result: FlushResult = { sent: 0, refused: 0, left: 0, interrupted: false };
  const skipped = new Set<string>();
  let last = 0;
  for (;;) {
    const next = await nextItem(last, skipped);
    if (!next) break;
    last = next.seq;
    const item = await mark(next, { state: 'sending', attempts: next.attempts + 1 });
    if (!item) continue;
    // Who reads the times in a book has to know what this clock says as they are sent.
    const body = item.path.endsWith('proceedings') ? { ...(item.body as object), now: new Date() } : item.body;
    const options = { body, idempotencyKey: item.key, ifMatch: item.if_match };
    const answer = await request<unknown>(item.method, item.path, options);
    if (answer.ok) {
      await settle(item, answer.data);
      result.sent++;
      continue;
    }
    const verdict = judge(answer);
    await mark(item, { state: verdict.state, code: verdict.code });
    if (verdict.state !== 'queued') {
      result.refused++;
      continue;
    }
    result.interrupted = true;
    if (verdict.stop) break;
    skipped.add(item.subject);
  }
  result.left = await prune();
  return result;
}

interface Verdict {
  state: 'queued' | 'refused' | 'conflict';
  code: string;
  stop: boolean;
}

function judge(failure: Failure): Verdict {
  if (failure.kind !== 'problem') return { state: 'queued', code: 'network', stop: true };
  const { status, code } = failure.problem;
  // The end of a session is told by the client itself; the item stays until that is dealt with.
  const stop = status === 401 || PASSING.has(status);
  // "Not yet" with a time to come back (a check-in before the meeting was opened) is no refusal.
  if (stop || status >= 500 || code === 'idempotency_in_progress' || failure.retryAfter) return { state: 'queued', code, stop };
  return { state: status === 412 || code === 'already_decided' ? 'conflict' : 'refused', code, stop };
}

type Stored = OutboxItem & { seq: number };

/** Whoever holds the lock is the only sender: an item left in "sending" is one whose sender was closed. */
const waits = ({ state }: OutboxItem): boolean => unsettled.includes(state);

async function nextItem(after: number, skipped: Set<string>): Promise<Stored | null> {
  const db = await database();
  let cursor = await db.transaction('outbox').store.openCursor(IDBKeyRange.lowerBound(after, true));
  while (cursor) {
    const item = cursor.value as Stored;
    if (waits(item) && !skipped.has(item.subject)) return item;
    cursor = await cursor.continue();
  }
  return null;
}

/** The item with these changes; null when it was replaced, dropped or wiped since it was found: then it is not sent either. */
async function mark({ seq }: Stored, changes: Partial<OutboxItem>): Promise<Stored | null> {
  return write(['outbox'], async (tx) => {
    const store = tx.objectStore('outbox');
    const stored = (await store.get(seq)) as Stored | undefined;
    if (!stored || !waits(stored)) return null;
    const changed = { ...stored, ...changes };
    await store.put(changed);
    return changed;
  });
}

/** Marks an item done and keeps what it changed, in one transaction. */
async function settle(item: Stored, answer: unknown): Promise<void> {
  const { local } = item;
  await write(local ? ['outbox', local.store] : ['outbox'], async (tx) => {
    const stored = await tx.objectStore('outbox').get(item.seq);
    if (!stored) return;
    const { code: _code, ...rest } = stored;
    await tx.objectStore('outbox').put({ ...rest, state: 'done', sent_at: new Date().toISOString() });
    if (!local) return;
    const store = tx.objectStore(local.store);
    const row = merged(await store.get(local.key), local.patch, answer, store.keyPath as string, local.key);
    if (row) await store.put(row as never);
  });
}

/** The row to keep: the answer of the server when it is that row, else the stored row with the patch. */
function merged(base: object | undefined, patch: object, answer: unknown, keyPath: string, key: string): object | null {
  const answered = (answer as Record<string, unknown> | null | undefined)?.[keyPath];
  if (answered === key || (typeof answered === 'string' && key.startsWith('local-'))) return { ...base, ...patch, ...(answer as object) };
  // A row that exists only on this phone is replaced by the server's with the next pull; one that is gone stays gone.
  return key.startsWith('local-') || (!base && !(keyPath in patch)) ? null : { ...base, ...patch };
}

/** Drops what was sent long ago; says how many items still wait. */
async function prune(): Promise<number> {
  const before = new Date(Date.now() - KEEP_DONE).toISOString();
  const items = (await (await database()).getAll('outbox')) as Stored[];
  const old = items.filter((item) =>
    quietKinds.has(item.kind) ? !waits(item) : item.state === 'done' && (item.sent_at ?? '') < before);
  if (old.length > 0) {
    await write(['outbox'], async (tx) => {
      for (const item of old) await tx.objectStore('outbox').delete(item.seq);
    });
  }
  return items.filter(waits).length;
}
