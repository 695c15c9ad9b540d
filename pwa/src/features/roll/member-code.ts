/** The code of one member for one meeting, which the device of who runs the meeting scans off the member's phone. */
import type { Id } from '$api/shapes';
import { base64urlOf } from '$lib/base64url';

const LENGTH = 22;

export interface MemberCode {
  meeting_id: Id;
  member_id: Id;
  code: string;
}

/** What the member's screen shows; the proof stands behind `#`, which no browser sends to a server. */
export function parseMemberLink(text: string): MemberCode | null {
  const found = /\/m\/(\d{1,18})#(\d{1,18})\.([A-Za-z0-9_-]{22})$/.exec(text.trim());
  return found ? { meeting_id: found[1] as string, member_id: found[2] as string, code: found[3] as string } : null;
}

/** The code that the server gave to this member's phone, made from the meeting's key as `handbook.attendance.reverse` does. */
export async function memberCodeOf(key: CryptoKey, meetingId: Id, memberId: Id): Promise<string> {
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`member.${meetingId}.${memberId}`));
  return base64urlOf(new Uint8Array(mac)).slice(0, LENGTH);
}
