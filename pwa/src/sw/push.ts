import { request } from '$api/client';
import type { Meeting } from '$api/shapes';
import { database, readMeta } from '$db/database';
import { register } from '$push/register';
import { wordingOf, type PushPayload } from '$push/wording';
import { enqueue } from '$sync/outbox';
import { flush } from '$sync/flush';
import { worker } from './scope';

/** A notification must not wait long for the network. */
const PATIENCE = 4_000;

export interface NotificationData {
  url: string;
  delivery?: string | undefined;
}

function payloadOf(event: PushEvent): PushPayload {
  try {
    const payload: unknown = event.data?.json();
    return typeof payload === 'object' && payload !== null ? payload : {};
  } catch {
    return {}; // Not ours, or damaged: the neutral words are shown.
  }
}

/** The meeting as the server knows it now, because the push may be ahead of the last sync; else as the phone knows it. */
async function meetingOf(id: string): Promise<Meeting | undefined> {
  const answer = await request<Meeting>('GET', `/api/meetings/${encodeURIComponent(id)}`, { timeout: PATIENCE });
  return answer.ok ? answer.data : (await database()).get('meetings', id);
}

/** One notification per push, in words made here from what the phone holds. */
export async function showPush(event: PushEvent): Promise<void> {
  const payload = payloadOf(event);
  const signedIn = (await readMeta('session')) !== undefined;
  const meeting = signedIn && payload.m ? await meetingOf(payload.m) : undefined;
  const resolution = signedIn && payload.r ? await (await database()).get('resolutions', payload.r) : undefined;
  const wording = wordingOf(signedIn ? payload : {}, meeting, resolution, {
    language: (await readMeta('language')) === 'en' ? 'en' : 'vi',
    details: (await readMeta('push_details')) ?? false,
  });
  const data: NotificationData = { url: wording.url, delivery: payload.d };
  // A later one of the same meeting takes the place of the earlier, and is heard as well: renotify.
  await worker.registration.showNotification(wording.title, {
    body: wording.body, tag: wording.tag, renotify: true, data, icon: '/icons/icon-192.png', badge: '/icons/badge-96.png',
  } as NotificationOptions);
  if (signedIn && payload.d) await reportDelivery(payload.d, 'shown');
}

/** Accounts for a delivery, also when the network is gone by now. */
export async function reportDelivery(id: string, event: 'shown' | 'opened'): Promise<void> {
  await enqueue({
    kind: 'delivery_event', subject: `delivery:${id}`, method: 'POST',
    path: `/api/deliveries/${encodeURIComponent(id)}/events`, body: { event, at: new Date().toISOString() },
  });
  await flush();
}

/** The browser exchanged the subscription: the server must know the new one. */
export async function renewSubscription(event: Event): Promise<void> {
  const change = event as Event & { oldSubscription?: PushSubscription; newSubscription?: PushSubscription };
  if (!(await readMeta('push_endpoint'))) return;
  const key = change.oldSubscription?.options.applicationServerKey;
  const renewed = change.newSubscription
    ?? (key ? await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }) : null);
  if (renewed) await register(renewed);
}
