import { expect, test, vi } from 'vitest';
import { database, readMeta, storeNames, write, writeMeta } from '$db/database';
import { readView, refreshView } from '$db/views';
import { acceptSession, finishLogOut, logOut, sessionEnded } from '$sync/account';
import { enqueue } from '$sync/outbox';
import { meeting, session } from './samples';
import { empty, json, problem, serve } from './server';

async function filled(): Promise<void> {
  await acceptSession(session('7'));
  await write(['meetings', 'papers'], async (tx) => {
    await tx.objectStore('meetings').put(meeting());
    await tx.objectStore('papers').put({
      id: '1', meeting_id: '17', sha256: 'x', size: 3, saved_at: '', blob: new Blob(['abc']),
    });
  });
  await enqueue({ kind: 'x', subject: 's', method: 'PUT', path: '/api/x', body: {} });
}

async function rows(): Promise<number> {
  const db = await database();
  let total = 0;
  for (const name of storeNames) total += (await db.getAllKeys(name)).length;
  return total;
}

test('logging out leaves nothing in the database and tells the server', async () => {
  await filled();
  const log = serve(empty());
  await logOut();
  expect(await rows()).toBe(0);
  expect(log.map((sent) => `${sent.method} ${sent.path}`)).toEqual(['DELETE /api/session']);
  expect(await finishLogOut()).toBe(true);
});

test('logging out without a network wipes at once and tells the server later', async () => {
  await filled();
  serve('offline');
  await logOut();
  expect(await rows()).toBe(0);
  expect(await finishLogOut()).toBe(false);
  const log = serve(empty());
  expect(await finishLogOut()).toBe(true);
  expect(log).toHaveLength(1);
});

test('a session that the server already forgot needs no further log-out', async () => {
  serve('offline');
  await logOut();
  serve(problem(401, 'not_authenticated'));
  expect(await finishLogOut()).toBe(true);
});

test('the end of the session wipes and says how much could not be sent', async () => {
  await filled();
  expect(await sessionEnded()).toBe(1);
  expect(await rows()).toBe(0);
});

test('another account finds nothing of the one before; the same account keeps what it has', async () => {
  await filled();
  await acceptSession(session('7'));
  expect(await (await database()).getAllKeys('meetings')).toHaveLength(1);
  await acceptSession(session('8'));
  expect(await (await database()).getAllKeys('meetings')).toHaveLength(0);
  expect(await (await database()).getAllKeys('outbox')).toHaveLength(0);
  expect((await readMeta('session'))?.account.id).toBe('8');
});

test('a check-in scanned before login is sent for who logs in, once', async () => {
  const scan = { meeting_id: '17', token: '1.abcdefghijklmnopqrstuv', scanned_at: '2026-12-03T12:31:00.000Z', method: 'link' as const };
  await writeMeta('waiting_check_in', scan);
  await acceptSession(session('7'));
  await acceptSession(session('7'));
  const items = await (await database()).getAll('outbox');
  expect(items.map((item) => item.body)).toEqual([{ token: scan.token, scanned_at: scan.scanned_at, method: 'link' }]);
  expect(await readMeta('waiting_check_in')).toBeUndefined();
});

test('caches other than the shell and the push subscription are removed', async () => {
  const names = new Set(['handbook-shell-1', 'other']);
  vi.stubGlobal('caches', { keys: () => Promise.resolve([...names]), delete: (name: string) => Promise.resolve(names.delete(name)) });
  const unsubscribe = vi.fn(() => Promise.resolve(true));
  const postMessage = vi.fn();
  vi.stubGlobal('navigator', {
    serviceWorker: {
      controller: { postMessage },
      getRegistration: () => Promise.resolve({ pushManager: { getSubscription: () => Promise.resolve({ unsubscribe }) } }),
    },
  });
  await filled();
  await sessionEnded();
  expect([...names]).toEqual(['handbook-shell-1']);
  expect(unsubscribe).toHaveBeenCalledOnce();
  expect(postMessage).toHaveBeenCalledWith({ type: 'WIPED' });
});

test('a page read on demand stays readable, and does not come back after a log-out', async () => {
  await writeMeta('session', session());
  serve(json({ items: [1] }, 200, { ETag: '"1"' }));
  expect(await refreshView('/api/v')).toBeNull();
  serve('offline');
  expect(await refreshView('/api/v')).toBe('network');
  expect((await readView('/api/v'))?.body).toEqual({ items: [1] });
  const log = serve(empty(304));
  await refreshView('/api/v');
  expect(log[0]?.headers.get('If-None-Match')).toBe('"1"');
  expect((await readView('/api/v'))?.body).toEqual({ items: [1] });
  serve(async () => {
    await writeMeta('session', undefined);
    return json({ items: [2] });
  });
  await refreshView('/api/w');
  expect(await readView('/api/w')).toBeUndefined();
});
