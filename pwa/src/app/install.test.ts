import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type * as install from './install.svelte';

type Install = typeof install;

const DAY = 86_400_000;
const PHONE = 'Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1';
/** An iPad that asks for the pages of a desk calls itself a Mac; only its screen feels fingers. */
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15';

const listeners = new Map<string, (event: unknown) => void>();

beforeEach(() => {
  listeners.clear();
  vi.useFakeTimers({ now: new Date('2026-12-01T02:00:00Z'), toFake: ['Date'] });
  vi.stubGlobal('addEventListener', (name: string, listener: (event: unknown) => void) => listeners.set(name, listener));
  device(PHONE);
});
afterEach(() => {
  vi.useRealTimers();
});

function device(userAgent: string, { standalone = false, fingers = 5 } = {}): void {
  vi.stubGlobal('navigator', { userAgent, maxTouchPoints: fingers });
  vi.stubGlobal('matchMedia', () => ({ matches: standalone }));
}

/** The browser offers to install; its own question is answered with `outcome`. */
function offered(outcome: 'accepted' | 'dismissed' = 'accepted'): { prompt: ReturnType<typeof vi.fn>; preventDefault: ReturnType<typeof vi.fn> } {
  const event = { preventDefault: vi.fn(), prompt: vi.fn(() => Promise.resolve()), userChoice: Promise.resolve({ outcome }) };
  listeners.get('beforeinstallprompt')?.(event);
  return event;
}

/** A start of the app, with what the browser offers at it. */
async function start(offer: () => void = offered): Promise<Install> {
  vi.resetModules();
  const app = await import('./install.svelte');
  app.startInstall();
  offer();
  return app;
}

function open(app: Install, screens: number): void {
  for (let opened = 0; opened < screens; opened++) app.countScreen();
}

/** A visit on which the app was useful. */
async function visit(offer: () => void = offered): Promise<Install> {
  const app = await start(offer);
  open(app, 3);
  return app;
}

test('the browser may not ask by itself; the offer comes at the third screen of the second useful visit', async () => {
  const app = await start(() => undefined);
  expect(offered().preventDefault).toHaveBeenCalledOnce();
  open(app, 10);
  expect(app.installState.offer).toBe('none');
  const second = await start();
  open(second, 2);
  expect(second.installState.offer).toBe('none');
  open(second, 1);
  expect(second.installState.offer).toBe('prompt');
});

test('visits of fewer than three screens are not useful and do not count', async () => {
  for (let count = 0; count < 5; count++) open(await start(), 2);
  expect((await visit()).installState.offer).toBe('none');
});

test('what was put off is not offered again for sixty days, then once more', async () => {
  await visit();
  const app = await visit();
  app.dismissInstall();
  expect(app.installState.offer).toBe('none');
  open(app, 5);
  expect(app.installState.offer).toBe('none');
  vi.setSystemTime(Date.now() + 59 * DAY);
  expect((await visit()).installState.offer).toBe('none');
  vi.setSystemTime(Date.now() + 2 * DAY);
  expect((await visit()).installState.offer).toBe('prompt');
});

test('no to the question of the browser counts as put off', async () => {
  await visit();
  const app = await visit(() => offered('dismissed'));
  await app.install();
  expect(app.installState.offer).toBe('none');
  expect((await visit()).installState.offer).toBe('none');
});

test('yes asks the browser once, and the offer is gone', async () => {
  await visit();
  let event = null as ReturnType<typeof offered> | null;
  const app = await visit(() => void (event = offered()));
  await app.install();
  await app.install();
  expect(event?.prompt).toHaveBeenCalledOnce();
  open(app, 5);
  expect(app.installState.offer).toBe('none');
});

test('an installation from the menu of the browser takes the offer away', async () => {
  await visit();
  const app = await visit();
  listeners.get('appinstalled')?.({});
  open(app, 2);
  expect(app.installState.offer).toBe('none');
});

test.each([
  ['an iPhone', IPHONE, { fingers: 5 }, 'ios'],
  ['an iPad that calls itself a Mac', MAC, { fingers: 5 }, 'ios'],
  ['a Mac', MAC, { fingers: 0 }, 'none'],
  ['an Android phone', PHONE, { fingers: 5 }, 'none'],
] as const)('%s where the browser does not offer it', async (_name, userAgent, options, offer) => {
  device(userAgent, options);
  await visit(() => undefined);
  expect((await visit(() => undefined)).installState.offer).toBe(offer);
});

test('from the home screen nothing is offered', async () => {
  device(PHONE, { standalone: true });
  await visit();
  expect((await visit()).installState.offer).toBe('none');
});
