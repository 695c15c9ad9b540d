import { codeOf, request } from '$api/client';
import { readMeta, writeMeta } from '$db/database';
import { keepView, readView, refreshOnceADay } from '$db/views';
import { base64urlOf, bytesOfBase64url } from '$lib/base64url';
import { PREFERENCES, type Preferences } from './preferences';
import { register } from './register';

const KEY = '/api/push/key';

export type PushSupport = 'supported' | 'denied' | 'needs_install' | 'unsupported';

/** Whether this browser can show notifications, as far as it says so without being asked. */
export function pushSupport(): PushSupport {
  const apple = /iPhone|iPad/.test(navigator.userAgent) && !matchMedia('(display-mode: standalone)').matches;
  if (!('serviceWorker' in navigator) || !('PushManager' in globalThis) || !('Notification' in globalThis)) {
    return apple ? 'needs_install' : 'unsupported';
  }
  return Notification.permission === 'denied' ? 'denied' : 'supported';
}

/**
 * Whether the server, when it was asked last, had nothing to push to on this device: the push service had said that the
 * subscription is over, of which the browser may know nothing.
 */
async function isLost(): Promise<boolean> {
  return (await readView<Preferences>(PREFERENCES))?.body.this_device === false;
}

async function noteFound(): Promise<void> {
  const known = await readView<Preferences>(PREFERENCES);
  if (known) await keepView(PREFERENCES, { ...known.body, this_device: true }, null);
}

/** True when this device is subscribed for the account that is logged in. */
export async function isSubscribed(): Promise<boolean> {
  if (pushSupport() !== 'supported' || Notification.permission !== 'granted') return false;
  const endpoint = await readMeta('push_endpoint');
  const subscription = await (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();
  return endpoint !== undefined && subscription?.endpoint === endpoint && !(await isLost());
}

/** A name by which the member knows this device in the list of devices. */
export function deviceName(): string {
  const agent = navigator.userAgent;
  const device = ['iPhone', 'iPad', 'Android', 'Windows', 'Macintosh', 'Linux'].find((name) => agent.includes(name));
  const browser = [['Edg/', 'Edge'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']]
    .find(([mark]) => agent.includes(mark as string))?.[1];
  return [device === 'Macintosh' ? 'Mac' : device, browser].filter(Boolean).join(' · ');
}

/**
 * Subscribes this device; to be called from a tap, because the browser asks for permission here. Answers null, or a
 * code: `denied`, `unsupported`, or the problem of the server.
 */
export async function subscribe(): Promise<string | null> {
  if (pushSupport() !== 'supported') return pushSupport();
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = await request<{ key: string }>('GET', KEY);
  if (!key.ok) return codeOf(key);
  try {
    const registration = await navigator.serviceWorker.ready;
    // The browser would give the one again that is over.
    if (await isLost()) await forgetSubscription();
    return await subscribeAt(registration, key.data.key);
  } catch {
    // The browser could not reach its push service, or has it switched off.
    return 'push_service';
  }
}

async function subscribeAt(registration: ServiceWorkerRegistration, key: string): Promise<string | null> {
  const subscription = await subscribeWith(registration, bytesOfBase64url(key));
  const code = await register(subscription, { device_name: deviceName(), server_key: key });
  if (code === null) await noteFound();
  return code;
}

async function subscribeWith(registration: ServiceWorkerRegistration, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await registration.pushManager.subscribe(options);
  } catch {
    // An old subscription under another server key stands in the way.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

/** Switches notifications off on this device. Answers null or the code of the problem. */
export async function unsubscribe(): Promise<string | null> {
  const answer = await request('DELETE', '/api/push/subscription');
  if (!answer.ok) return codeOf(answer);
  await forgetSubscription();
  await writeMeta('push_endpoint', undefined);
  return null;
}

/** Ends the subscription in the browser; the push service then answers 410 to the server. */
export async function forgetSubscription(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  // Without a network some browsers refuse; the server has ended the session's subscription anyway.
  await subscription?.unsubscribe().catch(() => false);
}

/**
 * At start: a subscription that the browser renewed by itself is told to the server, and one under a key that the server
 * has replaced, or that is over for the server, is made anew. The server is asked once a day.
 */
export async function refreshSubscription(): Promise<void> {
  const endpoint = await readMeta('push_endpoint');
  if (!endpoint || pushSupport() !== 'supported' || Notification.permission !== 'granted') return;
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration) return;
  await refreshOnceADay([KEY, PREFERENCES]);
  const lost = await isLost();
  if (lost) await forgetSubscription();
  const key = (await readView<{ key: string }>(KEY))?.body.key;
  const subscription = await registration.pushManager.getSubscription();
  const used = subscription?.options.applicationServerKey;
  const former = key !== undefined && used != null && base64urlOf(new Uint8Array(used)) !== key;
  // Without one an earlier start has given up the former and not got the next.
  if (key && (lost || former || !subscription)) await subscribeAgain(registration, key);
  else if (subscription && subscription.endpoint !== endpoint) await register(subscription, { device_name: deviceName() });
}

async function subscribeAgain(registration: ServiceWorkerRegistration, key: string): Promise<void> {
  try {
    await subscribeAt(registration, key);
  } catch {
    // Without its push service now: the next start tries again, and until then the former key is good.
  }
}
