import { codeOf, request } from '$api/client';
import { writeMeta } from '$db/database';

/** Tells the server of a subscription. Answers null or the code of the problem. */
export async function register(subscription: PushSubscription, more?: { device_name: string; server_key?: string }): Promise<string | null> {
  const { endpoint, keys } = subscription.toJSON();
  const body = { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] }, ...more };
  const answer = await request('PUT', '/api/push/subscription', { body });
  if (!answer.ok) return codeOf(answer);
  await writeMeta('push_endpoint', subscription.endpoint);
  return null;
}
