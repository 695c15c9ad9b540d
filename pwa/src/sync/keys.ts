import { request } from '$api/client';
import type { CheckInKey } from '$api/shapes';
import { database, write } from '$db/database';

/** For who runs meetings: fetches the check-in keys ahead, so that the codes can be shown without a network. */
export async function fetchCheckInKeys(): Promise<void> {
  const db = await database();
  const stored = new Set(await db.getAllKeys('check_in_keys'));
  for (const meeting of await db.getAll('meetings')) {
    const live = meeting.state === 'convened' || meeting.state === 'open';
    if (!live || !meeting.can.includes('show_qr') || stored.has(meeting.id)) continue;
    const answer = await request<CheckInKey>('GET', `/api/meetings/${meeting.id}/check-in-key`);
    if (!answer.ok) {
      if (answer.kind !== 'problem') return;
      continue;
    }
    await write(['check_in_keys', 'meetings'], async (tx) => {
      if (!(await tx.objectStore('meetings').getKey(meeting.id))) return;
      await tx.objectStore('check_in_keys').put({ ...answer.data, meeting_id: meeting.id });
    });
  }
}
