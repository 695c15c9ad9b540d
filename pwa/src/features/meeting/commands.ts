import type { AbsenceRequest, Id, Meeting, Member } from '$api/shapes';
import { randomKey } from '$lib/ids';
import { enqueue, enqueueInstead, itemsAbout } from '$sync/outbox';
import { LOCAL } from './moment';

function requestsPath(meetingId: Id): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}/absence-requests`;
}

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
    path: requestsPath(meeting.id),
    body: { reason },
    local: { store: 'absence_requests', key: patch.id, patch },
  });
}

/**
 * Withdraws the own request. One that still waits here is not sent any more; the server is told all the same, because an
 * attempt may have reached it without an answer.
 */
export async function withdrawAbsence(asked: AbsenceRequest): Promise<void> {
  const subject = `meeting:${asked.meeting_id}`;
  await enqueueInstead(async () => ({
    before: (await itemsAbout(subject)).filter((item) => item.kind === 'absence_request' && item.state === 'queued'),
    item: {
      kind: 'absence_withdrawal',
      subject,
      method: 'DELETE',
      path: `${requestsPath(asked.meeting_id)}/mine`,
      body: undefined,
      local: { store: 'absence_requests', key: asked.id, patch: { ...asked, decision: 'withdrawn' } },
    },
  }));
}
