import { request } from '$api/client';
import type { Session } from '$api/shapes';
import { clearDatabase, putMeta, readMeta, write } from '$db/database';
import { forgetPieces } from './pieces';

/** Set while a log-out made without a network still has to be told to the server. Holds nothing personal. */
const LOGOUT_PENDING = 'handbook.logout-pending';
/** Names of the service worker's caches; see src/sw/precache.ts. */
const SHELL = 'handbook-shell-';

/**
 * Removes everything personal from this device: stored data, caches, the push subscription, notifications. The shell
 * of the app holds nothing personal and stays, so that the login screen opens without a network. A check-in scanned
 * before anybody logged in belongs to nobody yet and may be kept.
 */
export async function wipeDevice(options: { keepWaitingCheckIn?: boolean } = {}): Promise<void> {
  const waiting = options.keepWaitingCheckIn ? await readMeta('waiting_check_in') : undefined;
  await clearDatabase();
  forgetPieces();
  if (waiting) await write(['meta'], (tx) => putMeta(tx, 'waiting_check_in', waiting));
  await (await import('$push/subscription')).forgetSubscription();
  if ('caches' in globalThis) {
    for (const name of await caches.keys()) if (!name.startsWith(SHELL)) await caches.delete(name);
  }
  navigator.serviceWorker?.controller?.postMessage({ type: 'WIPED' });
}

/** Takes in a session given by the server: another account finds nothing of the one before. */
export async function acceptSession(session: Session): Promise<void> {
  const known = await readMeta('session');
  if (known && known.account.id !== session.account.id) await wipeDevice({ keepWaitingCheckIn: true });
  localStorage.removeItem(LOGOUT_PENDING);
  const waiting = await readMeta('waiting_check_in');
  if (!waiting) {
    await write(['meta'], (tx) => putMeta(tx, 'session', session));
    return;
  }
  const [{ enqueueIn }, { checkInItem }] = await Promise.all([import('./outbox'), import('./check-in')]);
  await write(['meta', 'outbox'], async (tx) => {
    await putMeta(tx, 'session', session);
    await tx.objectStore('meta').delete('waiting_check_in');
    await enqueueIn(tx, checkInItem(waiting));
  });
}

/** Logs out and wipes. Without a network the device is wiped now and the server is told at the next chance. */
export async function logOut(): Promise<void> {
  localStorage.setItem(LOGOUT_PENDING, '1');
  await wipeDevice();
  await finishLogOut();
}

/** Whether a log-out made without a network has still to be told. */
export function owesLogOut(): boolean {
  return localStorage.getItem(LOGOUT_PENDING) !== null;
}

/** Tells the server of a log-out it has not heard of. True when nothing is owed. */
export async function finishLogOut(): Promise<boolean> {
  if (!owesLogOut()) return true;
  const answer = await request('DELETE', '/api/session');
  if (!answer.ok && !(answer.kind === 'problem' && answer.problem.status === 401)) return false;
  localStorage.removeItem(LOGOUT_PENDING);
  return true;
}

/** The server ended this device's session: wipes, and answers how many items could not be sent any more. */
export async function sessionEnded(): Promise<number> {
  const unsent = await (await import('./outbox')).countUnsettled();
  await wipeDevice();
  return unsent;
}
