import { ownPath } from './scope';

/** Made by the build from the contents of the shell; the list of its paths lies under this name beside them. */
declare const __SHELL_VERSION__: string;

const PREFIX = 'handbook-shell-';
const NAME = PREFIX + __SHELL_VERSION__;
export const START = '/';

/** Where files of the shell can lie; what is not in the cache goes to the network. */
const SHELL = /^\/(assets\/|icons\/|manifest\.webmanifest$)/;

/** Fetches the whole shell; fails as a whole, so that a half-filled version never becomes the current one. */
export async function fillShell(): Promise<void> {
  const list = await fetch(`/assets/shell-${__SHELL_VERSION__}.json`);
  // A refusal is no list: spreading it fails, as it should.
  const shell = (await list.json()) as string[];
  const cache = await caches.open(NAME);
  const hashed = (path: string): boolean => path.startsWith('/assets/');
  await cache.addAll([START, ...shell].map((path) => new Request(path, { cache: hashed(path) ? 'default' : 'reload' })));
}

/** Drops the shells of other versions. */
export async function dropOldShells(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
}

export async function fromShell(path: string): Promise<Response | undefined> {
  return (await caches.open(NAME)).match(path);
}

/** A file that was not worth fetching ahead stays from its first use on; its name changes with its content. */
async function fetchAndKeep(request: Request, path: string): Promise<Response> {
  const response = await fetch(request);
  if (response.ok && path.startsWith('/assets/')) await (await caches.open(NAME)).put(path, response.clone());
  return response;
}

/** Files of the shell come from the phone; everything else, the API above all, is left to the network. */
export function serveShell(event: FetchEvent): void {
  if (event.request.method !== 'GET') return;
  const path = ownPath(event.request.url);
  if (!SHELL.test(path)) return;
  event.respondWith(fromShell(path).then((cached) => cached ?? fetchAndKeep(event.request, path)));
}
