import { readMeta } from '$db/database';
import { reportDelivery, type NotificationData } from './push';
import { worker } from './scope';

/** A tap brings the open window to the page, or opens one. */
export async function openNotification(event: NotificationEvent): Promise<void> {
  event.notification.close();
  const data = event.notification.data as NotificationData | null;
  const url = data?.url ?? '/notices';
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find((client) => client.focused) ?? windows[0];
  if (open) {
    await open.focus();
    open.postMessage({ type: 'OPEN', url });
  } else {
    await worker.clients.openWindow(url);
  }
  if (data?.delivery && (await readMeta('session'))) await reportDelivery(data.delivery, 'opened');
}

/** After a wipe nothing may stay in the tray either. */
export async function closeNotifications(): Promise<void> {
  for (const notification of await worker.registration.getNotifications()) notification.close();
}
