import { untrack } from 'svelte';
import { database, write } from './database';

/**
 * Forms that are being written live on this phone until they are saved or dropped, so that a closed app loses nothing.
 * They lie in the store of views under a key of their own and go with everything else at log-out.
 */
const PREFIX = 'draft:';
const DELAY = 400;

export interface Draft<T> {
  saved_at: string;
  body: T;
}

export async function readDraft<T>(key: string): Promise<Draft<T> | null> {
  const row = await (await database()).get('views', PREFIX + key);
  return row ? { saved_at: row.fetched_at, body: row.body as T } : null;
}

/** How many forms are half written on this phone. */
export async function countDrafts(): Promise<number> {
  return (await (await database()).getAllKeys('views')).filter((key) => key.startsWith(PREFIX)).length;
}

export async function keepDraft(key: string, body: unknown): Promise<void> {
  await write(['views', 'meta'], async (tx) => {
    // Logged out meanwhile: it must not come back.
    if (!(await tx.objectStore('meta').getKey('session'))) return;
    await tx.objectStore('views').put({ key: PREFIX + key, body, etag: null, fetched_at: new Date().toISOString() });
  });
}

export async function dropDraft(key: string): Promise<void> {
  await write(['views'], (tx) => tx.objectStore('views').delete(PREFIX + key));
}

/**
 * For a dialog: stores what `body` gives shortly after each change and when the dialog goes, in whatever way; null is
 * nothing to keep. `key` is null while the dialog is closed. To be called while a component is being set up.
 */
export function keepTyped(key: () => string | null, body: () => unknown): { forget(): Promise<void> } {
  let pending: (() => Promise<void>) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = '';
  /** What was saved or dropped: it is no draft any more; what is written after it is. */
  let done: string | null = null;
  const name = $derived(key());

  function flush(): void {
    clearTimeout(timer);
    const work = pending;
    pending = null;
    void work?.();
  }

  $effect(() => {
    if (name === null) return;
    done = null;
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') flush();
    };
    document.addEventListener('visibilitychange', hidden);
    addEventListener('pagehide', flush);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      removeEventListener('pagehide', flush);
      flush();
    };
  });
  $effect(() => {
    const at = name;
    if (at === null) return;
    const text = (latest = JSON.stringify(body()));
    if (text === done) return;
    pending = () => (text === 'null' ? dropDraft(at) : keepDraft(at, JSON.parse(text)));
    clearTimeout(timer);
    timer = setTimeout(flush, DELAY);
  });

  return {
    async forget() {
      clearTimeout(timer);
      pending = null;
      done = latest;
      if (name !== null) await dropDraft(name);
    },
  };
}

export interface Typed<T> {
  /** The form as it opens without a draft. */
  fresh: () => T;
  /** The form as it is now, plain data. */
  now: () => T;
  /** Its words: without any there is nothing to keep. */
  words: (form: T) => string;
  /** Puts what was left into the form. */
  fill: (form: T) => void;
}

export interface KeptForm {
  /** When what is here again was left; null: nothing was. */
  readonly at: string | null;
  /** It was saved: nothing of it is kept. To be called before the dialog goes. */
  forget(): Promise<void>;
  /** Lets go what was left, and begins as if there had been nothing. */
  anew(): Promise<void>;
}

/** For the form of a dialog: what was left in it is there when it opens again, and what is typed is kept as by `keepTyped`. */
export function keepForm<T>(key: () => string | null, { fresh, now, words, fill }: Typed<T>): KeptForm {
  /** The key whose draft was looked for: what is written from then on is kept. */
  let looked = $state<string | null>(null);
  let at = $state<string | null>(null);
  const name = $derived(key());
  const untouched = (): boolean => JSON.stringify(now()) === JSON.stringify(fresh());

  $effect(() => {
    const mine = name;
    [looked, at] = [null, null];
    if (mine === null) return;
    void readDraft<T>(mine).then((kept) => {
      if (mine !== name) return;
      if (kept && untouched()) {
        fill(kept.body);
        at = kept.saved_at;
      }
      looked = mine;
    });
  });
  const typed = keepTyped(() => (name !== null && looked === name ? name : null), () => (words(now()).trim() === '' || untouched() ? null : now()));

  return {
    get at() {
      return at;
    },
    forget: () => typed.forget(),
    async anew() {
      at = null;
      fill(fresh());
      if (name !== null) await dropDraft(name);
    },
  };
}

export interface Autosave {
  /** Whether something was written since the form was opened or saved. */
  readonly dirty: boolean;
  /** When the draft was last stored on this phone. */
  readonly savedAt: string | null;
  /** The form was saved or dropped: the draft goes, and nothing is stored until the next change. */
  forget(): Promise<void>;
  /** What is set right after this is no work of the person: it alone is no reason to keep a draft. */
  rebase(): void;
}

/**
 * Stores what `body` gives shortly after each change and when the window is hidden or the screen left. `body` is null
 * until the form is there, and gives plain data. To be called while a component is being set up.
 */
export function autosave(key: () => string, body: () => unknown): Autosave {
  let first: string | null = null;
  let latest: string | null = null;
  let stored: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dirty = $state(false);
  let savedAt = $state<string | null>(null);

  function flush(): void {
    clearTimeout(timer);
    if (latest === null || latest === stored) return;
    stored = latest;
    void keepDraft(key(), JSON.parse(latest)).then(() => (savedAt = new Date().toISOString()));
  }

  $effect(() => {
    const current = body();
    if (current === null) return;
    const text = JSON.stringify(current);
    latest = text;
    if (first === null) first = stored = text;
    dirty = text !== first;
    clearTimeout(timer);
    timer = setTimeout(flush, DELAY);
  });
  $effect(() => {
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') flush();
    };
    const leaving = (event: BeforeUnloadEvent): void => {
      if (latest === null || latest === stored) return;
      flush();
      event.preventDefault();
    };
    document.addEventListener('visibilitychange', hidden);
    addEventListener('pagehide', flush);
    addEventListener('beforeunload', leaving);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      removeEventListener('pagehide', flush);
      removeEventListener('beforeunload', leaving);
      flush();
    };
  });

  return {
    get dirty() {
      return dirty;
    },
    get savedAt() {
      return savedAt;
    },
    rebase() {
      if (!dirty) first = null;
    },
    async forget() {
      clearTimeout(timer);
      // What was set together with it, and no effect has seen yet, was saved as well.
      const current = untrack(body);
      if (current !== null) latest = JSON.stringify(current);
      first = stored = latest;
      dirty = false;
      savedAt = null;
      await dropDraft(key());
    },
  };
}
