import { codeOf, request } from '$api/client';
import type { OwnAttendance, SyncPage } from '$api/shapes';
import { putMeta, readMeta, write, type WriteTransaction } from '$db/database';
import { syncedStores, type StoreName } from '$db/schema';
import { dismissItem, itemsAbout } from './outbox';

export type PullResult =
  | { outcome: 'changed'; changes: number; newNotices: number }
  | { outcome: 'unchanged' }
  | { outcome: 'failed'; code: string };

const storeOfType: Record<string, StoreName> = {
  organization: 'organizations', member: 'members', meeting: 'meetings', resolution: 'resolutions', notice: 'notices',
  attendance: 'attendance', absence_request: 'absence_requests', paper: 'papers', roll: 'rolls',
};

/** A page larger than this many rounds means a server that never says "nothing new". */
const MAX_PAGES = 50;

/**
 * Brings this phone up to date: asks what changed since its cursor and stores each page together with the new
 * cursor in one transaction, so that a phone closed half-way goes on where it stopped.
 */
export async function pull(timeout?: number): Promise<PullResult> {
  let changes = 0;
  let newNotices = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const [cursor, session] = [await readMeta('cursor'), await readMeta('session')];
    const path = cursor ? `/api/sync?cursor=${encodeURIComponent(cursor)}` : '/api/sync';
    const answer = await request<SyncPage>('GET', path, timeout ? { timeout } : {});
    if (!answer.ok) return { outcome: 'failed', code: codeOf(answer) };
    if (answer.status === 304) {
      await write(['meta'], (tx) => putMeta(tx, 'synced_at', new Date().toISOString()));
      return changes > 0 ? { outcome: 'changed', changes, newNotices } : { outcome: 'unchanged' };
    }
    const stored = await store(answer.data, page === 0, [cursor, session]);
    changes += stored.changes;
    newNotices += stored.newNotices;
    await endCheckIns(answer.data.changes.attendance);
    if (stored.overtaken ? !(await readMeta('session')) : !answer.data.more) break;
  }
  return changes > 0 ? { outcome: 'changed', changes, newNotices } : { outcome: 'unchanged' };
}

async function store(
  page: SyncPage, first: boolean, asked: unknown[],
): Promise<{ changes: number; newNotices: number; overtaken: boolean }> {
  let changes = 0;
  let newNotices = 0;
  let overtaken = false;
  await write(['meta', 'papers', 'rolls', ...syncedStores], async (tx) => {
    const meta = tx.objectStore('meta');
    const current = [await meta.get('cursor'), await meta.get('session')].map((row) => row?.value);
    if (JSON.stringify(current) !== JSON.stringify(asked)) {
      // Another tab was faster, the phone was wiped, or the account accepted something after we asked: that counts.
      overtaken = true;
      return;
    }
    if (page.full && first) for (const name of syncedStores) await tx.objectStore(name).clear();
    for (const name of syncedStores) {
      for (const row of page.changes[name] ?? []) {
        if (name === 'notices' && !(await known(tx, row))) newNotices++;
        await tx.objectStore(name).put(row as never);
        changes++;
      }
    }
    for (const { type, id } of page.gone) {
      const name = storeOfType[type];
      if (!name) continue;
      await tx.objectStore(name as 'meetings').delete(id);
      changes++;
    }
    if (page.changes.me) {
      await putMeta(tx, 'session', page.changes.me);
      changes++;
    }
    await putMeta(tx, 'cursor', page.cursor);
    await putMeta(tx, 'synced_at', new Date().toISOString());
  });
  return { changes, newNotices, overtaken };
}

/** Who is on the roll as there by now, by another hand, needs no code any more: one that was refused is no trouble. */
async function endCheckIns(rows: readonly OwnAttendance[] = []): Promise<void> {
  for (const { meeting_id, state } of rows) {
    if (state !== 'present' && state !== 'late') continue;
    for (const { kind, state: sent, seq } of await itemsAbout(`meeting:${meeting_id}`)) {
      if (kind === 'check_in' && sent === 'refused') await dismissItem(seq as number);
    }
  }
}

async function known(tx: WriteTransaction, row: object): Promise<boolean> {
  const notice = row as { id: string; read_at: string | null };
  return notice.read_at !== null || (await tx.objectStore('notices').getKey(notice.id)) !== undefined;
}
