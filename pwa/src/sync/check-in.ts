import type { OwnAttendance } from '$api/shapes';
import { readMeta, writeMeta } from '$db/database';
import type { WaitingCheckIn } from '$db/schema';
import { answeredBefore, enqueueInstead, type NewOutboxItem } from './outbox';

/** What a scanned or opened check-in link says: `…/c/MEETING_ID#STEP.TOKEN`, at a site of a conference `….SITE_ID` behind it. Null for anything else. */
export function parseCheckInLink(text: string): { meeting_id: string; token: string } | null {
  const found = /\/c\/([A-Za-z0-9_-]{1,40})#(\d{1,15}\.[A-Za-z0-9_-]{22}(\.\d{1,19})?)$/.exec(text.trim());
  return found ? { meeting_id: found[1] as string, token: found[2] as string } : null;
}

export function checkInItem({ meeting_id, token, scanned_at, method }: WaitingCheckIn): NewOutboxItem {
  const patch: OwnAttendance = {
    meeting_id, state: 'present', method, checked_in_at: scanned_at, recorded_at: null, flags: [],
  };
  return {
    kind: 'check_in',
    subject: `meeting:${meeting_id}`,
    method: 'POST',
    path: `/api/meetings/${encodeURIComponent(meeting_id)}/check-ins`,
    body: { token, scanned_at, method },
    local: { store: 'attendance', key: meeting_id, patch },
  };
}

/** Keeps a check-in on this phone and sends it as soon as it can; before login it waits for the login. */
export async function checkIn(
  meeting_id: string, token: string, method: WaitingCheckIn['method'],
): Promise<'queued' | 'waiting_for_login'> {
  const scan: WaitingCheckIn = { meeting_id, token, scanned_at: new Date().toISOString(), method };
  if (await readMeta('session')) {
    const item = checkInItem(scan);
    // A code that was refused is no trouble any more once another one was scanned.
    await enqueueInstead(async () => ({
      item, before: (await answeredBefore(item.subject, item.path)).filter(({ state }) => state !== 'done'),
    }));
    return 'queued';
  }
  await writeMeta('waiting_check_in', scan);
  return 'waiting_for_login';
}
