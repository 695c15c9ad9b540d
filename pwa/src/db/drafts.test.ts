import { beforeEach, describe, expect, it } from 'vitest';
import { clearDatabase, writeMeta } from './database';
import type { Session } from '$api/shapes';
import { dropDraft, keepDraft, readDraft } from './drafts.svelte';

beforeEach(clearDatabase);

describe('a form that is being written', () => {
  it('is found again until it is dropped', async () => {
    await writeMeta('session', { account: { id: '1', login: null } } as Session);
    await keepDraft('new:3', { place: 'Nhà văn hóa' });
    expect((await readDraft<{ place: string }>('new:3'))?.body.place).toBe('Nhà văn hóa');
    await dropDraft('new:3');
    expect(await readDraft('new:3')).toBeNull();
  });

  it('does not come back after the log-out', async () => {
    await keepDraft('new:3', { place: 'Nhà văn hóa' });
    expect(await readDraft('new:3')).toBeNull();
  });
});
