import type { CheckInKey, Id } from '$api/shapes';
import { base64urlOf, bytesOfBase64url } from '$lib/base64url';

const LENGTH = 22;

/** False where the browser gives no cryptography: a page that came over plain http from another machine. */
export function canMakeTokens(): boolean {
  return globalThis.crypto?.subtle !== undefined;
}

export function importKey(key: CheckInKey): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', bytesOfBase64url(key.key), algorithm, false, ['sign']);
}

/** The time step of a moment (milliseconds), whose code is shown then. */
export function stepAt(now: number, stepSeconds: number): number {
  return Math.floor(now / 1000 / stepSeconds);
}

/** Seconds until the next code, at least a part of one. */
export function secondsLeft(now: number, stepSeconds: number): number {
  return stepSeconds - ((now / 1000) % stepSeconds);
}

/** The proof of one step of one meeting or of one of its sites, as the contract writes it: base64url of the HMAC, 22 characters. */
export async function tokenOf(key: CryptoKey, meetingId: Id, step: number, siteId?: Id): Promise<string> {
  const said = siteId === undefined ? `${meetingId}.${step}` : `${meetingId}.${siteId}.${step}`;
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(said));
  return base64urlOf(new Uint8Array(mac)).slice(0, LENGTH);
}

/** What the QR code says; the proof stands behind `#`, which no browser sends to a server. */
export function checkInLink(origin: string, meetingId: Id, step: number, token: string, siteId?: Id): string {
  return `${origin}/c/${encodeURIComponent(meetingId)}#${step}.${token}${siteId === undefined ? '' : `.${siteId}`}`;
}

/** Whether codes may be shown now: an open meeting always, another one within the hours of its key. */
export function mayShow(key: CheckInKey, open: boolean, now: number): boolean {
  const until = Date.parse(key.valid_until);
  return open ? true : now >= Date.parse(key.valid_from) && now <= until;
}
