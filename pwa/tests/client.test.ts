import { expect, test, vi } from 'vitest';
import { download, onSignedOut, request } from '$api/client';
import { empty, json, problem, serve } from './server';

test('an answer comes with its etag and status', async () => {
  serve(json({ id: '1' }, 200, { ETag: '"5"' }));
  expect(await request('GET', '/api/x')).toMatchObject({ ok: true, status: 200, data: { id: '1' }, etag: '"5"' });
});

test('conditions, the idempotency key and the body are sent', async () => {
  const log = serve(empty());
  await request('PUT', '/api/x', { body: { a: 1 }, ifMatch: '"3"', idempotencyKey: 'k', ifNoneMatch: '"2"' });
  expect(log[0]?.body).toMatchObject({ a: 1 });
  expect(log[0]?.headers.get('If-Match')).toBe('"3"');
  expect(log[0]?.headers.get('If-None-Match')).toBe('"2"');
  expect(log[0]?.headers.get('Idempotency-Key')).toBe('k');
});

test('a problem is told by its code, and when to try again', async () => {
  serve(new Response('{"code":"busy","status":429}', {
    status: 429, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '7' },
  }));
  const answer = await request('POST', '/api/session');
  expect(answer).toMatchObject({ ok: false, kind: 'problem', problem: { code: 'busy', status: 429 }, retryAfter: 7 });
});

test.each([
  [502, '<html>Bad gateway</html>', 'text/html', 'unavailable'],
  [403, 'no', 'text/plain', 'unexpected_answer'],
  [500, '{broken', 'application/json', 'unavailable'],
])('an answer %i of another kind gets a code of its own', async (status, body, type, code) => {
  serve(new Response(body, { status, headers: { 'Content-Type': type } }));
  expect(await request('GET', '/api/x')).toMatchObject({ ok: false, problem: { code } });
});

test('no network and a call given up are told apart', async () => {
  serve('offline');
  expect(await request('GET', '/api/x')).toMatchObject({ ok: false, kind: 'network' });
  const controller = new AbortController();
  controller.abort();
  expect(await request('GET', '/api/x', { signal: controller.signal })).toMatchObject({ ok: false, kind: 'aborted' });
});

test('an attempt that takes too long counts as no network', async () => {
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) =>
    new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))));
  expect(await request('GET', '/api/x', { timeout: 5 })).toMatchObject({ ok: false, kind: 'network' });
});

test('the end of the session is told to who listens; a wrong password is not one', async () => {
  const heard = vi.fn();
  const stop = onSignedOut(heard);
  serve(problem(401, 'invalid_credentials'), problem(401, 'not_authenticated'));
  await request('POST', '/api/session');
  expect(heard).not.toHaveBeenCalled();
  await request('GET', '/api/sync');
  expect(heard).toHaveBeenCalledOnce();
  stop();
});

test('bytes come as a blob', async () => {
  serve(new Response('abc'));
  const answer = await download('/api/papers/1/content');
  expect(answer.ok && (await answer.data.text())).toBe('abc');
});
