import { beforeEach, expect, test, vi } from 'vitest';
import { readMeta, writeMeta } from '$db/database';
import { keepView, readView } from '$db/views';
import { PREFERENCES, type Preferences } from '$push/preferences';
import { isSubscribed, refreshSubscription, subscribe } from '$push/subscription';
import { session } from './samples';
import { empty, json, serve } from './server';

const KEY = 'BAAA';
const answer = (this_device: boolean): Preferences => ({ kinds: ['task_due'], muted: [], mail: null, this_device });

/** A browser that keeps giving the same subscription until it is told to end it. */
let made = 0;
let live: { endpoint: string } | null = null;
function subscription(): { endpoint: string } {
  const endpoint = `https://push.example/${++made}`;
  return Object.assign({ endpoint }, {
    options: { applicationServerKey: null as ArrayBuffer | null }, toJSON: () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } }),
    unsubscribe: () => Promise.resolve((live = null) === null),
  });
}

beforeEach(async () => {
  made = 0;
  live = null;
  const pushManager = { getSubscription: () => Promise.resolve(live), subscribe: () => Promise.resolve((live ??= subscription())) };
  const registration = { pushManager };
  vi.stubGlobal('PushManager', class {});
  vi.stubGlobal('Notification', { permission: 'granted', requestPermission: () => Promise.resolve('granted') });
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  vi.stubGlobal('navigator', {
    userAgent: 'Android Chrome/126.0',
    serviceWorker: { ready: Promise.resolve(registration), getRegistration: () => Promise.resolve(registration) },
  });
  await writeMeta('session', session());
  serve(json({ key: KEY }), empty());
  expect(await subscribe()).toBeNull();
  expect(await isSubscribed()).toBe(true);
});

test('a subscription that is over for the server is said to be none, and is made anew by hand', async () => {
  await keepView(PREFERENCES, answer(false), null);
  expect(await isSubscribed()).toBe(false);
  const log = serve(json({ key: KEY }), empty());
  expect(await subscribe()).toBeNull();
  expect(log.at(-1)).toMatchObject({ method: 'PUT', path: '/api/push/subscription', body: { endpoint: 'https://push.example/2' } });
  expect(await isSubscribed()).toBe(true);
});

test('at the next start it is made anew, with another endpoint', async () => {
  const log = serve((sent) => sent.path.endsWith('/key') ? json({ key: KEY }) : sent.path === PREFERENCES ? json(answer(false)) : empty());
  await refreshSubscription();
  expect(log.filter((one) => one.method === 'PUT').map((one) => one.body)).toMatchObject([{ endpoint: 'https://push.example/2' }]);
  expect(await readMeta('push_endpoint')).toBe('https://push.example/2');
  expect((await readView<Preferences>(PREFERENCES))?.body.this_device).toBe(true);
  expect(await isSubscribed()).toBe(true);
  log.length = 0;
  await refreshSubscription();
  expect(log).toEqual([]);
});

test('one that the server has is left alone', async () => {
  const log = serve((sent) => json(sent.path.endsWith('/key') ? { key: KEY } : answer(true)));
  await refreshSubscription();
  expect(log.map((one) => one.method)).toEqual(['GET', 'GET']);
  expect(made).toBe(1);
});
