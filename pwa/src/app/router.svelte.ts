import { tick, untrack } from 'svelte';
import type { Component } from 'svelte';
import { messagesReady } from '$i18n';
import { takeBack } from '$lib/back';
import { announce } from '$ui/announce.svelte';
import { showAt } from './place';
import { routes, type Route } from './routes';

export interface RouteParams {
  readonly id: string;
  readonly [name: string]: string;
}

/** What every screen is given. */
export interface ScreenProps {
  params: RouteParams;
  query: URLSearchParams;
  /** Without the leading `#`. */
  hash: string;
}

export interface Shown extends ScreenProps {
  route: Route;
  path: string;
  component: Component<ScreenProps>;
}

interface RouterState {
  shown: Shown | null;
  /** The path that is being opened. */
  opening: string | null;
  failed: boolean;
}

let current = $state.raw<RouterState>({ shown: null, opening: null, failed: false });

/** The screen that is open; reactive. */
export const router = {
  get shown(): Shown | null {
    return current.shown;
  },
  get opening(): string | null {
    return current.opening;
  },
  get failed(): boolean {
    return current.failed;
  },
};

const patterns = routes.map((route) => ({ route, parts: route.path.split('/') }));

/** The route of a path and its parameters; null when there is none. */
export function matchRoute(path: string): { route: Route; params: RouteParams } | null {
  const parts = (path.length > 1 ? path.replace(/\/$/, '') : path).split('/');
  for (const pattern of patterns) {
    if (pattern.parts.length !== parts.length) continue;
    const params: Record<string, string> = { id: '' };
    const fits = pattern.parts.every((part, index) => {
      const given = parts[index] ?? '';
      if (!part.startsWith(':')) return part === given;
      params[part.slice(1)] = safeDecode(given);
      return given !== '';
    });
    if (fits) return { route: pattern.route, params: params as unknown as RouteParams };
  }
  return null;
}

function safeDecode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // A bare % typed by hand.
  }
}

interface Entry {
  depth: number;
  scroll: number;
}

function entry(): Entry {
  return (history.state as Entry | null) ?? { depth: 0, scroll: 0 };
}

/** Goes to a page of the app. `replace` leaves no way back to the present one. */
export function go(url: string, options: { replace?: boolean } = {}): void {
  const depth = entry().depth;
  if (options.replace) {
    history.replaceState({ depth, scroll: 0 }, '', url);
  } else {
    history.replaceState({ ...entry(), scroll: scrollY }, '');
    history.pushState({ depth: depth + 1, scroll: 0 }, '', url);
  }
  void open();
}

/** Changes the query of the present page without opening it anew, as a filter does. */
export function setQuery(changes: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(entry(), '', url);
  const { shown, ...rest } = untrack(() => current);
  if (shown) current = { ...rest, shown: { ...shown, query: url.searchParams } };
}

/** For `onback` of a page: back to where the person came from; the link itself when they came from nowhere. */
export function goBack(event: MouseEvent): void {
  if (entry().depth === 0) return;
  event.preventDefault();
  history.back();
}

/** Opens what the address says. */
export async function open(options: { restore?: boolean } = {}): Promise<void> {
  const { pathname, search, hash } = location;
  const address = pathname + search + hash;
  const found = matchRoute(pathname) ?? matchRoute('/404');
  if (!found) throw new Error('The route /404 is missing.');
  // Untracked: an effect that navigates must not run again because of its own navigation.
  current = { ...untrack(() => current), opening: pathname, failed: false };
  let component: Component<ScreenProps>;
  try {
    component = (await found.route.load()) as Component<ScreenProps>;
    await messagesReady();
  } catch {
    if (address === location.pathname + location.search + location.hash) current = { ...current, opening: null, failed: true };
    return;
  }
  if (address !== location.pathname + location.search + location.hash) return;
  const first = current.shown === null;
  const query = new URLSearchParams(search);
  current = {
    shown: { ...found, path: pathname, query, hash: hash.slice(1), component }, opening: null, failed: false,
  };
  await tick();
  showAt(options.restore ? entry().scroll : 0);
  // On the first page the browser itself reads the title; afterwards the heading takes the focus and is announced.
  if (first) return;
  const heading = document.querySelector<HTMLElement>('main h1');
  heading?.focus({ preventScroll: true });
  announce(heading?.textContent ?? '');
}

/**
 * Shows a place of the page that is open. The browser would tell of its own jump by `popstate`, which opens the page anew, at its
 * top; and a jump is no step to go back to.
 */
function show(event: MouseEvent, place: HTMLElement): void {
  event.preventDefault();
  place.scrollIntoView();
  place.focus({ preventScroll: true });
}

/** Links inside the app open without a reload; everything else is left to the browser. */
function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || !link.href || link.target || link.hasAttribute('download')) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || /^\/(api|healthz|readyz)(\/|$)/.test(url.pathname)) return;
  if (url.pathname === location.pathname && url.search === location.search && url.hash) {
    const place = document.getElementById(url.hash.slice(1));
    if (place) show(event, place);
    return;
  }
  event.preventDefault();
  go(url.pathname + url.search + url.hash);
}

export function startRouter(): void {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', follow);
  addEventListener('popstate', () => {
    if (!takeBack()) void open({ restore: true });
  });
  navigator.serviceWorker?.addEventListener('message', (event: MessageEvent<{ type?: string; url?: string }>) => {
    if (event.data.type === 'OPEN' && event.data.url) go(event.data.url);
  });
  void open();
}
