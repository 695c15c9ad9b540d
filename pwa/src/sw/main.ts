import { sendInBackground } from './background-sync';
import { hear } from './messages';
import { serveNavigation } from './navigation';
import { openNotification } from './notifications';
import { dropOldShells, fillShell, serveShell } from './precache';
import { renewSubscription, showPush } from './push';
import { worker } from './scope';

worker.addEventListener('install', (event) => event.waitUntil(fillShell()));
worker.addEventListener('activate', (event) => event.waitUntil(dropOldShells().then(() => worker.clients.claim())));
worker.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') serveNavigation(event);
  else serveShell(event);
});
worker.addEventListener('message', hear);
worker.addEventListener('push', (event) => event.waitUntil(showPush(event)));
worker.addEventListener('notificationclick', (event) => event.waitUntil(openNotification(event)));
worker.addEventListener('pushsubscriptionchange', (event) => (event as ExtendableEvent).waitUntil(renewSubscription(event)));
worker.addEventListener('sync', sendInBackground);
