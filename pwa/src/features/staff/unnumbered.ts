import { codeOf, request } from '$api/client';
import type { Id } from '$api/shapes';
import { keepView, readView } from '$db/views';
import { reportPath, unnumberedPath } from './paths';
import type { AttendanceReport, ReportException } from './shapes';

/**
 * Keeps a report for who does not look at the numbers of whom to telephone now: without them, but for those that somebody
 * has looked at on this phone. Answers null, or the code of what went wrong.
 */
export async function refreshUnnumbered(id: Id, month: string): Promise<string | null> {
  const path = reportPath(id, month);
  const asked = new Date().toISOString();
  const answer = await request<AttendanceReport>('GET', unnumberedPath(id, month));
  if (!answer.ok) return codeOf(answer);
  const seen = (await readView<AttendanceReport>(path))?.body;
  // Without its tag: who looks asks for the whole of it, and that look is recorded.
  await keepView(path, withPhones(answer.data, seen), null, asked);
  return null;
}

function withPhones(report: AttendanceReport, seen: AttendanceReport | undefined): AttendanceReport {
  const known = new Map(seen?.exceptions.map(({ contact }) => [contact?.member_id, contact?.phone]));
  const numbered = ({ contact, ...found }: ReportException): ReportException => ({
    ...found, contact: contact && { ...contact, phone: known.get(contact.member_id) ?? null },
  });
  return { ...report, exceptions: report.exceptions.map(numbered), unnumbered: true };
}
