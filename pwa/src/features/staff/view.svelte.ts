import { refreshView, readView } from '$db/views';
import { live } from '$db/live.svelte';

export interface View<T> {
  /** The last seen body; undefined when it was never seen on this device. */
  readonly value: T | undefined;
  readonly fetchedAt: string | null;
  /** The device's own storage has been asked. */
  readonly ready: boolean;
  readonly busy: boolean;
  /** Why the last question to the server failed. */
  readonly code: string | null;
  refresh(): Promise<string | null>;
}

/**
 * What was last seen of `path` at once, and the server's answer as soon as it comes. `path` may read reactive state;
 * null asks nothing; `ask` keeps the answer under that path. To be called while a component is being set up.
 */
export function viewOf<T>(path: () => string | null, ask: (path: string) => Promise<string | null> = refreshView): View<T> {
  let busy = $state(false);
  let code = $state<string | null>(null);
  let turn = 0;
  let last: { key: string; etag: string | null; body: T } | undefined;
  const seen = live(['views'], async () => {
    const key = path();
    const row = key === null ? undefined : await readView<T>(key);
    // The same answer is the same object: whoever follows it does nothing anew because something else was kept.
    if (key !== null && row) {
      const same = last?.key === key && row.etag !== null && last.etag === row.etag;
      last = { key, etag: row.etag, body: same && last ? last.body : row.body };
    }
    return { key, row: row && last ? { ...row, body: last.body } : row };
  });
  const current = $derived(seen.value?.key === path() ? seen.value : undefined);

  async function refresh(): Promise<string | null> {
    const key = path();
    if (key === null) return null;
    const mine = ++turn;
    busy = true;
    const failed = await ask(key);
    if (mine === turn) {
      busy = false;
      code = failed;
    }
    return failed;
  }
  $effect(() => {
    code = null;
    void refresh();
  });
  return {
    get value() {
      return current?.row?.body;
    },
    get fetchedAt() {
      return current?.row?.fetched_at ?? null;
    },
    get ready() {
      return current !== undefined;
    },
    get busy() {
      return busy;
    },
    get code() {
      return code;
    },
    refresh,
  };
}
