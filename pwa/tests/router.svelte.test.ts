import { flushSync } from 'svelte';
import { expect, test, vi } from 'vitest';
import { go, router, setQuery, startRouter } from '$app/router.svelte';
import { holdBack } from '$lib/back';
import { spoken } from '$ui/announce.svelte';

vi.mock('$app/routes', () => {
  const load = (): Promise<{ default: () => void }> => Promise.resolve({ default: () => undefined });
  return { routes: ['/', '/login', '/404'].map((path) => ({ path, load })) };
});

/** An address bar and a document of one heading, which names the path. */
function browser(path: string): { focus: ReturnType<typeof vi.fn> } {
  const place = { pathname: path, search: '', hash: '', origin: 'http://localhost', href: `http://localhost${path}` };
  const replaceState = (_state: unknown, _title: string, url?: string | URL): void => {
    if (url === undefined) return;
    const next = new URL(url, place.href);
    Object.assign(place, { pathname: next.pathname, search: next.search, hash: next.hash, href: next.href });
  };
  vi.stubGlobal('location', place);
  vi.stubGlobal('history', { state: null, replaceState, pushState: replaceState });
  vi.stubGlobal('scrollTo', vi.fn());
  vi.stubGlobal('scrollY', 0);
  const focus = vi.fn();
  vi.stubGlobal('document', {
    querySelector: () => ({ focus, get textContent() { return `Màn hình ${place.pathname}`; } }),
  });
  return { focus };
}

test('an effect that navigates runs once, and the new screen is focused and announced', async () => {
  const { focus } = browser('/login');
  go('/login', { replace: true });
  await vi.waitFor(() => {
    expect(router.shown?.path).toBe('/login');
  });
  focus.mockClear();
  let runs = 0;
  const stop = $effect.root(() => {
    // As the app does after a login: /login gives way to the first screen, whose code is still on its way.
    const shown = $derived(router.shown);
    $effect(() => {
      if (shown?.path !== '/login') return;
      runs += 1;
      if (runs > 20) throw new Error('The effect runs for ever.');
      go('/', { replace: true });
    });
    $effect(() => {
      if (shown?.path === '/' && !shown.query.has('seen')) setQuery({ seen: '1' });
    });
  });
  flushSync();
  await vi.waitFor(() => {
    expect(router.shown?.path).toBe('/');
  });
  await vi.waitFor(() => {
    expect(spoken.polite.trim()).toBe('Màn hình /');
  });
  flushSync();
  stop();
  expect(runs).toBeLessThan(3);
  expect(focus).toHaveBeenCalledOnce();
  expect(router.shown?.query.get('seen')).toBe('1');
});

test('a link to a place of the open page shows it, and the page is not opened anew', async () => {
  browser('/');
  const place = { scrollIntoView: vi.fn(), focus: vi.fn() };
  const heard: ((event: MouseEvent) => void)[] = [];
  Object.assign(document, {
    addEventListener: (_name: string, listener: (event: MouseEvent) => void) => heard.push(listener),
    getElementById: (id: string) => (id === 'sign' ? place : null),
  });
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('navigator', {});
  const pushState = vi.spyOn(history, 'pushState');
  startRouter();
  await vi.waitFor(() => {
    expect(router.shown?.path).toBe('/');
  });
  const tap = (hash: string): ReturnType<typeof vi.fn> => {
    const preventDefault = vi.fn();
    const link = { href: `http://localhost/${hash}`, hasAttribute: () => false };
    heard[0]?.({ button: 0, target: { closest: () => link }, preventDefault } as unknown as MouseEvent);
    return preventDefault;
  };
  // The browser would follow it by a popstate, and that opens a page at its top.
  expect(tap('#sign')).toHaveBeenCalledOnce();
  expect(place.scrollIntoView).toHaveBeenCalledOnce();
  expect(place.focus).toHaveBeenCalledWith({ preventScroll: true });
  // What is no place of the page, such as the code of a meeting, is the browser's.
  expect(tap('#1.AAAA')).not.toHaveBeenCalled();
  expect(pushState).not.toHaveBeenCalled();
});

test('a step back that belongs to a dialog closes it, and the page is not opened anew', async () => {
  browser('/');
  Object.assign(document, { addEventListener: vi.fn() });
  const heard: (() => void)[] = [];
  vi.stubGlobal('addEventListener', (name: string, listener: () => void) => name === 'popstate' && heard.push(listener));
  vi.stubGlobal('navigator', {});
  startRouter();
  await vi.waitFor(() => {
    expect(scrollTo).toHaveBeenCalledOnce();
  });
  const close = vi.fn();
  const shown = router.shown;
  holdBack(close);
  heard.forEach((listener) => { listener(); });
  expect(close).toHaveBeenCalledOnce();
  expect([router.opening, router.shown]).toEqual([null, shown]);
  heard.forEach((listener) => { listener(); });
  expect(router.opening).toBe('/');
});
