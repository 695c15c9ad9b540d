import type { Id } from '$api/shapes';
import { database } from '$db/database';
import type { AttendanceReport, MeetingFigures } from './shapes';

/** A meeting as the month of its organisation has it: its numbers and nobody by name. */
export interface KeptMeeting {
  organization: Id;
  name: string;
  figures: MeetingFigures;
}

const REPORT = /^\/api\/organizations\/[^/]+\/reports\/attendance\?/;

/** What the reports on this phone say of a meeting that was never opened here; of several the one that was fetched last. */
export async function findKept(meeting: Id): Promise<KeptMeeting | null> {
  const views = await (await database()).getAll('views', IDBKeyRange.bound('/api/organizations/', '/api/organizations/\uffff'));
  const reports = views.filter(({ key }) => REPORT.test(key)).sort((a, b) => b.fetched_at.localeCompare(a.fetched_at));
  for (const { body } of reports) {
    const { organization_id: organization, name, meetings } = body as AttendanceReport;
    const figures = meetings?.find((one) => one.meeting_id === meeting);
    if (figures) return { organization, name, figures };
  }
  return null;
}
