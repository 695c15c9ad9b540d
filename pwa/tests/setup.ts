import 'fake-indexeddb/auto';
import { afterEach, beforeEach, vi } from 'vitest';
import { clearDatabase } from '$db/database';

/** What browsers have and Node lacks, as far as the tested code asks for it. */
const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  });
  // Real requests would reach for the network: a test says what the server answers.
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('There is no network in tests.')));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await clearDatabase();
});
