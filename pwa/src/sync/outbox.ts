import { database, write, type WriteTransaction } from '$db/database';
import type { LocalChange, OutboxItem, OutboxState, StoreName } from '$db/schema';
import type { Method } from '$api/client';
import { randomKey } from '$lib/ids';

export interface NewOutboxItem {
  kind: string;
  subject: string;
  method: Method;
  path: string;
  body: unknown;
  ifMatch?: string;
  /** What screens show at once; merged over the stored row until the server has answered. */
  local?: LocalChange;
  /** What it changes as it was before. */
  base?: unknown;
}

/** States in which an item is still on its way. */
export const unsettled: readonly OutboxState[] = ['queued', 'sending'];

/** Acts that nobody needs to hear of: what became of them is not shown, and they are dropped once answered. */
export const quietKinds: ReadonlySet<string> = new Set(['delivery_event', 'notice_read']);

const wishes = new Set<() => void>();

/** The sync engine listens here to send soon after something was put into the outbox. */
export function onEnqueue(listener: () => void): () => void {
  wishes.add(listener);
  return () => wishes.delete(listener);
}

/** Puts one act into the outbox inside a transaction that holds `outbox`. */
export async function enqueueIn(tx: WriteTransaction, item: NewOutboxItem): Promise<OutboxItem> {
  const { ifMatch, ...act } = item;
  const row: OutboxItem = { ...act, key: randomKey(), state: 'queued', created_at: new Date().toISOString(), attempts: 0 };
  if (ifMatch) row.if_match = ifMatch;
  row.seq = await tx.objectStore('outbox').put(row);
  return row;
}

/**
 * Stores one act of the user, durable before this resolves, and asks for it to be sent. `stores` and `more` let a
 * command change other stored rows in the same transaction.
 */
export async function enqueue(
  item: NewOutboxItem, stores: StoreName[] = [], more?: (tx: WriteTransaction) => Promise<void>,
): Promise<OutboxItem> {
  const row = await write(['outbox', ...stores], async (tx) => {
    await more?.(tx);
    return enqueueIn(tx, item);
  });
  for (const wish of wishes) wish();
  return row;
}

export interface Replacement {
  before: readonly (OutboxItem | undefined)[];
  item: NewOutboxItem;
}

/**
 * The same in place of earlier acts, in one step: at no moment is there neither. `look` says which and with what; when one of
 * them has moved on since (it is being sent now, or was answered), it looks again, because the new act was made without that.
 */
export async function enqueueInstead(look: () => Promise<Replacement | null>): Promise<OutboxItem | null> {
  for (;;) {
    const found = await look();
    if (!found) return null;
    const row = await write(['outbox'], async (tx) => {
      const store = tx.objectStore('outbox');
      const seqs: number[] = [];
      for (const one of found.before) {
        if (one?.seq === undefined) continue;
        if ((await store.get(one.seq))?.state !== one.state) return null;
        seqs.push(one.seq);
      }
      for (const seq of seqs) await store.delete(seq);
      return enqueueIn(tx, found.item);
    });
    if (!row) continue;
    for (const wish of wishes) wish();
    return row;
  }
}

/** Earlier acts of the same path that are answered: refusals that a new one ends. */
export async function answeredBefore(subject: string, path: string): Promise<OutboxItem[]> {
  return (await itemsAbout(subject)).filter((item) => item.path === path && !unsettled.includes(item.state));
}

/** Every item about one thing (`meeting:17`), oldest first, settled ones included. */
export async function itemsAbout(subject: string): Promise<OutboxItem[]> {
  return (await database()).getAllFromIndex('outbox', 'subject', subject);
}

export async function allItems(): Promise<OutboxItem[]> {
  return (await database()).getAll('outbox');
}

/** What screens show of the outbox, oldest first. */
export async function visibleItems(): Promise<OutboxItem[]> {
  return (await allItems()).filter((item) => !quietKinds.has(item.kind));
}

export async function countUnsettled(): Promise<number> {
  return (await visibleItems()).filter((item) => unsettled.includes(item.state)).length;
}

/** Sends a refused or conflicting item once more, under a new key, because the old one is answered. */
export async function retryItem(seq: number, changes: Partial<Pick<OutboxItem, 'if_match'>> = {}): Promise<void> {
  await write(['outbox'], async (tx) => {
    const item = await tx.objectStore('outbox').get(seq);
    if (!item || item.state === 'done' || unsettled.includes(item.state)) return;
    delete item.code;
    await tx.objectStore('outbox').put({ ...item, ...changes, key: randomKey(), state: 'queued' });
  });
  for (const wish of wishes) wish();
}

/** Takes a settled item off the list; one that is on its way stays. */
export async function dismissItem(seq: number): Promise<void> {
  await write(['outbox'], async (tx) => {
    const item = await tx.objectStore('outbox').get(seq);
    if (item && item.state !== 'sending') await tx.objectStore('outbox').delete(seq);
  });
}

/**
 * The stored rows of one store as the user left them: patches of items on their way are laid over the rows, and a
 * patch without a row becomes one. What the server refused falls out by itself.
 */
export async function overlay<T extends object>(
  store: LocalChange['store'], rows: readonly T[], keyOf: (row: T) => string,
): Promise<T[]> {
  const items = (await allItems()).filter((item) => item.local?.store === store && unsettled.includes(item.state));
  if (items.length === 0) return [...rows];
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  for (const { local } of items) {
    if (!local) continue;
    byKey.set(local.key, { ...(byKey.get(local.key) ?? {}), ...local.patch } as T);
  }
  return [...byKey.values()];
}
