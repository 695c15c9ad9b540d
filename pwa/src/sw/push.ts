import { request } from '$api/client';
import type { Meeting } from '$api/shapes';
import { database, readMeta, writeMeta } from '$db/database';
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
    return (event.data?.json() as PushPayload | null | undefined) ?? {};
  } catch {
    return {}; // Not ours, or damaged: the neutral words are shown, as for a number or a word, which have no such fields.
  }
}

/** The meeting as the server knows it now, because the push may be ahead of the last sync; else as the phone knows it. */
async function meetingOf(id: string): Promise<Meeting | undefined> {
  const answer = await request<Meeting>('GET', `/api/meetings/${encodeURIComponent(id)}`, { timeout: PATIENCE });
  return answer.ok ? answer.data : (await database()).get('meetings', id);
}

/** So many messages back a phone knows again what it has shown. */
const REMEMBERED = 30;

/**
 * One notification per push, in words made here from what the phone holds. The very same, sent once more by who could not know
 * that it had arrived, is not shown again.
 */
export async function showPush(event: PushEvent): Promise<void> {
  const payload = payloadOf(event);
  const shown = (await readMeta('shown')) ?? [];
  if (shown.includes(payload.d ?? '')) return;
  const signedIn = (await readMeta('session')) !== undefined;
  const meeting = signedIn && payload.m ? await meetingOf(payload.m) : undefined;
  const resolution = signedIn && payload.r ? await (await database()).get('resolutions', payload.r) : undefined;
  const wording = wordingOf(signedIn ? payload : {}, meeting, resolution, {
    language: (await readMeta('language')) ?? 'vi',
    details: await readMeta('push_details'),
  });
  const data: NotificationData = { url: wording.url, delivery: payload.d };
  // A later one of the same meeting takes the place of the earlier, and is heard as well: renotify.
  await worker.registration.showNotification(wording.title, {
    body: wording.body, tag: wording.tag, renotify: true, data, icon: '/icons/icon-192.png', badge: '/icons/badge-96.png',
  } as NotificationOptions);
  if (!signedIn || !payload.d) return;
  await writeMeta('shown', [payload.d, ...shown].slice(0, REMEMBERED));
  await reportDelivery(payload.d, 'shown');
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
