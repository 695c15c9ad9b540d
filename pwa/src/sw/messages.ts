import { closeNotifications } from './notifications';
import { worker } from './scope';

/** What windows ask of the worker: to take over (the member agreed to update), and to tidy up after a wipe. */
export function hear(event: ExtendableMessageEvent): void {
  const type = (event.data as { type?: unknown } | null)?.type;
  if (type === 'SKIP_WAITING') void worker.skipWaiting();
  if (type === 'WIPED') event.waitUntil(closeNotifications());
}
