/**
 * The part of `idb` that the worker uses, in a quarter of its size: the build puts this module in its place, because
 * the worker has a budget of its own. Requests become promises; `done`, `store` and the shortcuts of the database
 * behave as there.
 */
interface Callbacks {
  upgrade?(db: unknown): void;
  blocking?(current: number, blocked: number | null, event: IDBVersionChangeEvent): void;
  terminated?(): void;
}

const done = new WeakMap<IDBTransaction, Promise<void>>();

function promise(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(wrap(request.result));
    request.onerror = () => reject(request.error);
  });
}

function wrap(value: unknown): unknown {
  if (value instanceof IDBRequest) return promise(value);
  if (value instanceof IDBTransaction && !done.has(value)) {
    const end = new Promise<void>((resolve, reject) => {
      value.oncomplete = () => resolve();
      value.onabort = value.onerror = () => reject(value.error);
    });
    end.catch(() => undefined);
    done.set(value, end);
  }
  const kinds = [IDBDatabase, IDBTransaction, IDBObjectStore, IDBIndex, IDBCursor];
  return kinds.some((kind) => value instanceof kind) ? new Proxy(value as object, handler) : value;
}

const shortcut = /^(get|getAll|getAllKeys)(FromIndex)?$/;

const handler: ProxyHandler<object> = {
  get(target, key: string) {
    if (target instanceof IDBTransaction && key === 'done') return done.get(target);
    if (target instanceof IDBTransaction && key === 'store') return wrap(target.objectStore(target.objectStoreNames[0] ?? ''));
    if (target instanceof IDBCursor && key === 'continue') {
      return () => {
        const next = promise(target.request);
        target.continue();
        return next;
      };
    }
    const found = target instanceof IDBDatabase ? shortcut.exec(key) : null;
    if (found) {
      const method = found[1] as 'get' | 'getAll' | 'getAllKeys';
      return (name: string, ...rest: unknown[]) => {
        const store = (target as IDBDatabase).transaction(name).objectStore(name);
        const source = found[2] ? store.index(rest.shift() as string) : store;
        return promise((source[method] as (...given: unknown[]) => IDBRequest)(...rest));
      };
    }
    const value: unknown = Reflect.get(target, key, target);
    return typeof value === 'function' ? (...given: unknown[]) => wrap(value.apply(target, given)) : value;
  },
};

export async function openDB(name: string, version: number, callbacks: Callbacks): Promise<unknown> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => callbacks.upgrade?.(wrap(request.result));
  const db = await promise(request);
  request.result.onversionchange = (event) => callbacks.blocking?.(event.oldVersion, event.newVersion, event);
  request.result.onclose = () => callbacks.terminated?.();
  return db;
}
