import { openDB, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { HandbookSchema, MetaValues, StoreName } from './schema';

export const DATABASE = 'handbook';
/** 2: the book of the room. Raise it with every store that is added; what is there stays. */
const VERSION = 2;

/** Of every store its key path and its indexes, each named after the field it orders by; short, for the service worker. */
const shape: Record<StoreName, string> = {
  meta: 'key',
  organizations: 'id',
  members: 'id organization_id',
  meetings: 'id starts_at organization_id',
  resolutions: 'id',
  notices: 'id created_at',
  attendance: 'meeting_id',
  absence_requests: 'id meeting_id',
  rolls: 'meeting_id',
  check_in_keys: 'meeting_id',
  papers: 'id meeting_id',
  views: 'key',
  proceedings: 'id meeting_id',
  books: 'meeting_id',
  minutes: 'meeting_id',
  outbox: 'seq subject state',
};

/** Every store, for wiping. */
export const storeNames = Object.keys(shape) as StoreName[];

type Database = IDBPDatabase<HandbookSchema>;
export type WriteTransaction = IDBPTransaction<HandbookSchema, StoreName[], 'readwrite'>;
type ChangeListener = (stores: readonly StoreName[]) => void;

let opened: Promise<Database> | null = null;
const listeners = new Set<ChangeListener>();

/** Other tabs and the service worker hear of changes here. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('handbook-changes');
if (channel) {
  channel.onmessage = (event: MessageEvent<StoreName[]>) => {
    for (const listener of listeners) listener(event.data);
  };
}

export function database(): Promise<Database> {
  opened ??= openDB<HandbookSchema>(DATABASE, VERSION, {
    upgrade(db) {
      for (const name of storeNames) {
        if (db.objectStoreNames.contains(name)) continue;
        const [keyPath, ...indexes] = shape[name].split(' ');
        // Adding a store is one line of `shape`; idb's types cannot follow a loop over names.
        const store = (db as unknown as IDBDatabase).createObjectStore(name, { keyPath: keyPath as string, autoIncrement: keyPath === 'seq' });
        for (const index of indexes) store.createIndex(index, index);
      }
    },
    blocking(_current, _blocked, event) {
      // A newer version of the app wants to upgrade: let it, and open again when next asked.
      (event.target as IDBDatabase | null)?.close();
      opened = null;
    },
    terminated() {
      opened = null;
    },
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Calls back after every committed write, of this tab and of others. Returns the way to stop. */
export function onChange(listener: ChangeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function announceChange(stores: readonly StoreName[]): void {
  for (const listener of listeners) listener(stores);
  channel?.postMessage(stores);
}

/**
 * The only way to change stored data: runs `work` in one transaction over `stores`, waits until it is durable, then
 * tells every live query. `work` may await nothing but calls on the transaction. Throws what `work` throws, with
 * nothing changed.
 */
export async function write<T>(stores: StoreName[], work: (tx: WriteTransaction) => Promise<T>): Promise<T> {
  const db = await database();
  const tx = db.transaction(stores, 'readwrite');
  try {
    const result = await work(tx);
    await tx.done;
    announceChange(stores);
    return result;
  } catch (error) {
    tx.done.catch(() => undefined);
    try {
      tx.abort();
    } catch {
      // The transaction had already ended by itself.
    }
    throw error;
  }
}

export async function readMeta<K extends keyof MetaValues>(key: K): Promise<MetaValues[K] | undefined> {
  const row = await (await database()).get('meta', key);
  return row?.value as MetaValues[K] | undefined;
}

export function putMeta<K extends keyof MetaValues>(tx: WriteTransaction, key: K, value: MetaValues[K]): Promise<unknown> {
  return tx.objectStore('meta').put({ key, value });
}

export async function writeMeta<K extends keyof MetaValues>(key: K, value: MetaValues[K] | undefined): Promise<void> {
  await write(['meta'], async (tx) => {
    if (value === undefined) await tx.objectStore('meta').delete(key);
    else await putMeta(tx, key, value);
  });
}

/** Empties every store (and keeps the database itself, which other tabs may have open). */
export async function clearDatabase(): Promise<void> {
  await write(storeNames, async (tx) => {
    for (const name of storeNames) await tx.objectStore(name).clear();
  });
}

/** For tests: forget the open connection. */
export async function closeDatabase(): Promise<void> {
  const db = await opened?.catch(() => null);
  db?.close();
  opened = null;
}
