import { fromShell, START } from './precache';
import { ownPath } from './scope';

/** Pages that the server answers itself. */
const SERVER = /^\/(api|healthz|readyz)(\/|$)/;

/** Every page of the app is the one document of the shell, so it opens without a network. */
export function serveNavigation(event: FetchEvent): void {
  const path = ownPath(event.request.url);
  if (!path || SERVER.test(path) || /\.[a-z0-9]+$/i.test(path)) return;
  event.respondWith(fromShell(START).then((page) => page ?? fetch(event.request)));
}
