import type { AbsenceRequest, Meeting, Member } from '$api/shapes';
import { randomKey } from '$lib/ids';
import { enqueue } from '$sync/outbox';
import { LOCAL } from './moment';

/** Asks to be excused from a meeting; kept on the phone and sent when there is a network. */
export async function requestAbsence(meeting: Meeting, member: Member, reason: string): Promise<void> {
  const patch: AbsenceRequest = {
    id: `${LOCAL}${randomKey()}`, meeting_id: meeting.id, member_id: member.id, full_name: member.full_name, reason,
    decision: null, created_at: new Date().toISOString(), decided_at: null, etag: '',
  };
  await enqueue({
    kind: 'absence_request',
    subject: `meeting:${meeting.id}`,
    method: 'POST',
    path: `/api/meetings/${encodeURIComponent(meeting.id)}/absence-requests`,
    body: { reason },
    local: { store: 'absence_requests', key: patch.id, patch },
  });
}
