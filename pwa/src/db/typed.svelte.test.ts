import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '$api/shapes';
import { clearDatabase, writeMeta } from './database';
import { autosave, keepForm, keepTyped, readDraft, type Autosave, type KeptForm } from './drafts.svelte';

let typed: { open: boolean; text: string };
let forget: () => Promise<void>;
let stop: () => void;

beforeEach(async () => {
  const page = new EventTarget();
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  await clearDatabase();
  await writeMeta('session', { account: { id: '1', login: null } } as Session);
  const state = $state({ open: true, text: '' });
  typed = state;
  stop = $effect.root(() => {
    ({ forget } = keepTyped(() => (state.open ? 'note:3' : null), () => state.text || null));
  });
  flushSync();
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

function write(text: string): void {
  typed.text = text;
  flushSync();
}
function close(): void {
  typed.open = false;
  flushSync();
}
const kept = async (): Promise<unknown> => (await readDraft('note:3'))?.body;

describe('what is typed in a dialog', () => {
  it('is kept when the dialog goes, also with its screen', async () => {
    write('Đề nghị');
    close();
    expect(await kept()).toBe('Đề nghị');
    typed.open = true;
    write('Đề nghị làm sớm');
    stop();
    expect(await kept()).toBe('Đề nghị làm sớm');
  });

  it('is no draft any more once it was saved, and the dialog that opens next keeps again', async () => {
    write('Đề nghị');
    await forget();
    close();
    expect(await kept()).toBeUndefined();
    typed.open = true;
    write('Ý khác');
    close();
    expect(await kept()).toBe('Ý khác');
  });

  it('is dropped when all of it was taken away', async () => {
    write('Đề nghị');
    close();
    typed.open = true;
    write('');
    close();
    expect(await kept()).toBeUndefined();
  });
});

describe('the form of a dialog', () => {
  function opened(): { form: { key: string | null; text: string }; draft: KeptForm; end: () => void } {
    const form = $state({ key: 'conclusion:3' as string | null, text: 'Thống nhất.' });
    let draft: KeptForm | undefined;
    const end = $effect.root(() => {
      draft = keepForm<string>(() => form.key, {
        fresh: () => 'Thống nhất.', now: () => form.text, words: (text) => text, fill: (text) => (form.text = text),
      });
    });
    flushSync();
    return { form, draft: draft as KeptForm, end };
  }
  const left = async (): Promise<unknown> => (await readDraft('conclusion:3'))?.body;
  const looked = (): Promise<void> => new Promise((done) => setTimeout(() => (flushSync(), done()), 20));

  it('has again what was left in it, and begins anew when that is dropped', async () => {
    const first = opened();
    await looked();
    first.form.text = 'Thống nhất, giao tổ 2.';
    flushSync();
    first.form.key = null;
    flushSync();
    expect(await left()).toBe('Thống nhất, giao tổ 2.');
    first.end();
    const next = opened();
    await looked();
    expect([next.form.text, next.draft.at !== null]).toEqual(['Thống nhất, giao tổ 2.', true]);
    await next.draft.anew();
    flushSync();
    expect([next.form.text, next.draft.at, await left()]).toEqual(['Thống nhất.', null, undefined]);
    next.end();
  });

  it('does not take away what was typed before the draft was found, and keeps on after it was saved', async () => {
    const first = opened();
    await looked();
    first.form.text = 'Giao tổ 2.';
    flushSync();
    first.end();
    const next = opened();
    next.form.text = 'Giao tổ 3.';
    await looked();
    expect(next.form.text).toBe('Giao tổ 3.');
    await next.draft.forget();
    expect(await left()).toBeUndefined();
    next.form.text = 'Giao tổ 4.';
    flushSync();
    next.form.key = null;
    flushSync();
    expect(await left()).toBe('Giao tổ 4.');
    next.end();
  });
});

describe('the form of a screen', () => {
  it('is no draft after it was saved, with what the server answered set at the same time', async () => {
    const form = $state({ text: '', known: null as string | null });
    let draft: Autosave | undefined;
    const end = $effect.root(() => {
      draft = autosave(() => 'resolution:3', () => ({ ...form }));
    });
    flushSync();
    form.text = 'Sửa đường';
    flushSync();
    expect(draft?.dirty).toBe(true);
    form.known = '12-NQ/CB';
    await draft?.forget();
    flushSync();
    expect(draft?.dirty).toBe(false);
    end();
    expect(await readDraft('resolution:3')).toBeNull();
  });
});
