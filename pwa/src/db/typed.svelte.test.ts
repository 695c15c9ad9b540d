import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '$api/shapes';
import { clearDatabase, writeMeta } from './database';
import { keepTyped, readDraft } from './drafts.svelte';

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
