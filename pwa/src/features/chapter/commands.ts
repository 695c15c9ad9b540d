import { codeOf, download, request } from '$api/client';
import type { AbsenceRequest, Id, Meeting, Member } from '$api/shapes';
import { write } from '$db/database';
import { fetchMeeting } from '$features/meeting-edit/commands';
import { differences, formOf } from '$features/meeting-edit/form';
import { randomKey } from '$lib/ids';
import { syncNow } from '$sync/engine.svelte';
import { answeredBefore, enqueueInstead } from '$sync/outbox';

export const ABSENCE_KIND = 'absence_decision';

export function absencePath(id: Id): string {
  return `/api/absence-requests/${encodeURIComponent(id)}`;
}

/** Answers a request to be excused; kept on the phone and sent when there is a network. */
export async function answerAbsence(asked: AbsenceRequest, decision: 'approved' | 'refused', note = ''): Promise<void> {
  const path = absencePath(asked.id);
  const subject = `meeting:${asked.meeting_id}`;
  await enqueueInstead(async () => ({
    // An earlier answer that was not taken is replaced by this one.
    before: await answeredBefore(subject, path),
    item: {
      kind: ABSENCE_KIND,
      subject,
      method: 'PATCH',
      path,
      body: note ? { decision, note } : { decision },
      ifMatch: asked.etag,
      local: {
        store: 'absence_requests', key: asked.id, patch: { id: asked.id, decision, note: note || null, decided_at: new Date().toISOString() },
      },
    },
  }));
}

async function step(meeting: Meeting, name: string, body?: object): Promise<string | null> {
  const path = `/api/meetings/${encodeURIComponent(meeting.id)}/${name}`;
  const answer = await request<Meeting>('POST', path, { ifMatch: meeting.etag, body });
  // Changed meanwhile, or not as this phone thought: what is true is fetched, the person decides again.
  if (!answer.ok) {
    if (answer.kind === 'problem') void syncNow();
    return codeOf(answer);
  }
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(answer.data));
  void syncNow();
  return null;
}

/** Whether the meeting is still what the person decided on: at most papers were added to it. */
export function onlyPapersCame(before: Meeting, after: Meeting): boolean {
  const kept = new Set(after.papers.map((paper) => paper.id));
  return before.state === after.state && differences(formOf(before), formOf(after)).length === 0
    && before.papers.every((paper) => kept.has(paper.id));
}

/**
 * Each answers null, or the code of what went wrong. A file that this phone is still sending makes a new version of the
 * meeting when it arrives: it is no reason to decide on the convening once more.
 */
export async function conveneMeeting(meeting: Meeting): Promise<string | null> {
  const code = await step(meeting, 'convene');
  if (code !== 'precondition_failed') return code;
  const found = await fetchMeeting(meeting.id);
  return 'meeting' in found && onlyPapersCame(meeting, found.meeting) ? step(found.meeting, 'convene') : code;
}
export const cancelMeeting = (meeting: Meeting, reason: string): Promise<string | null> => step(meeting, 'cancel', { reason });
export const finalizeMeeting = (meeting: Meeting): Promise<string | null> => step(meeting, 'finalize');

/** Those who will be told when the meeting is convened, as far as this phone knows the cell. */
export function toldBy(meeting: Meeting, members: readonly Member[]): Member[] {
  const gone = ['transferred', 'struck_off', 'expelled', 'withdrawn', 'deceased', 'suspended'];
  const committee = ['secretary', 'deputy_secretary', 'committee_member'];
  const holds = (member: Member): boolean =>
    member.offices.some((office) => office.organization_id === meeting.organization_id && committee.includes(office.title));
  return members.filter((member) => {
    if (gone.includes(member.status)) return false;
    return meeting.kind === 'committee' ? holds(member) : member.organization_id === meeting.organization_id || holds(member);
  });
}

/** Has the server make the activation sheet of a cell. */
export async function fetchActivationSheet(cell: Id): Promise<{ file: File } | { code: string }> {
  const answer = await download(`/api/organizations/${encodeURIComponent(cell)}/activation-sheets`, {
    method: 'POST', body: {}, idempotencyKey: randomKey(), accept: 'application/pdf, application/problem+json',
  });
  if (!answer.ok) return { code: codeOf(answer) };
  return { file: new File([answer.data], 'phieu-kich-hoat.pdf', { type: 'application/pdf' }) };
}

/** Saves a file on this device. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function canShare(file: File): boolean {
  return navigator.canShare?.({ files: [file] }) ?? false;
}

/** Passes a file on to another app (a printer, a message). Does nothing when the person thinks better of it. */
export async function shareFile(file: File): Promise<void> {
  await navigator.share({ files: [file] }).catch(() => undefined);
}

/** `0900 000 001` of `+84900000001`. */
export function phoneWords(phone: string): string {
  const local = phone.startsWith('+84') ? `0${phone.slice(3)}` : phone;
  return local.replace(/^(\d{4})(\d{3})(\d{3,})$/, '$1 $2 $3');
}
