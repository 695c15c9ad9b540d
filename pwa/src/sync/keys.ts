import { request } from '$api/client';
import type { CheckInKey, Id, Meeting } from '$api/shapes';
import { database, write } from '$db/database';

/** Under which name the key of a meeting is kept, or of one of its sites. */
export function keyName(meetingId: Id, siteId?: Id): string {
  return siteId === undefined ? meetingId : `${meetingId}.${siteId}`;
}

/** The codes that this phone may have to show: of the meeting for who runs it, of their sites for hosts of a conference. */
function shown({ can, my_sites_as_host: sites = [] }: Meeting): (Id | undefined)[] {
  return can.includes('show_qr') ? [undefined, ...sites] : sites;
}

/** For who runs meetings: fetches the check-in keys ahead, so that the codes can be shown without a network. */
export async function fetchCheckInKeys(): Promise<void> {
  const db = await database();
  const stored = new Set(await db.getAllKeys('check_in_keys'));
  for (const meeting of await db.getAll('meetings')) {
    const live = meeting.state === 'convened' || meeting.state === 'open';
    if (!live) continue;
    for (const site of shown(meeting)) {
      const name = keyName(meeting.id, site);
      if (stored.has(name)) continue;
      const of = site === undefined ? '' : `?site=${encodeURIComponent(site)}`;
      const answer = await request<CheckInKey>('GET', `/api/meetings/${meeting.id}/check-in-key${of}`);
      if (!answer.ok) {
        if (answer.kind !== 'problem') return;
        continue;
      }
      await write(['check_in_keys', 'meetings'], async (tx) => {
        if (!(await tx.objectStore('meetings').getKey(meeting.id))) return;
        await tx.objectStore('check_in_keys').put({ ...answer.data, meeting_id: name });
      });
    }
  }
}
