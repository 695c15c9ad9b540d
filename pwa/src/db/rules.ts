import type { Id, Organization, TemplateLine } from '$api/shapes';
import { database } from './database';

/** What is in force at one organisation. */
export interface InForce {
  /** By the name of the setting. */
  rules: Record<string, unknown>;
  /** By the kind of meeting; a kind that nobody on the line has set is missing. */
  templates: Record<string, TemplateLine[]>;
}

/** What the nearest organisation along the path of `id` says, from the organisations that this phone holds. */
export function inForce(organizations: readonly Organization[], id: Id): InForce {
  const known = new Map(organizations.map((one) => [one.id, one]));
  const found: InForce = { rules: {}, templates: {} };
  for (const step of known.get(id)?.path ?? []) {
    Object.assign(found.rules, known.get(step)?.rules);
    Object.assign(found.templates, known.get(step)?.agenda_templates);
  }
  return found;
}

export async function inForceAt(id: Id): Promise<InForce> {
  return inForce(await (await database()).getAll('organizations'), id);
}

/** The days of the month on which the committee wants its cells to meet. */
export function meetingDays({ rules }: InForce): number[] {
  const days = rules['meeting.days'];
  return Array.isArray(days) ? days.filter((day): day is number => typeof day === 'number') : [];
}

/** The shares of votes that decisions need, as fractions in words. */
export function voteShares({ rules }: InForce): { resolution?: string; admission?: string } {
  const { 'vote.resolution_majority': resolution, 'vote.admission_majority': admission } = rules;
  return { ...typeof resolution === 'string' && { resolution }, ...typeof admission === 'string' && { admission } };
}

/** The part of the official members due that has to be in the room, as a fraction in words. */
export function quorumShare({ rules }: InForce): string | undefined {
  const share = rules['attendance.quorum'];
  return typeof share === 'string' ? share : undefined;
}

/** How long a meeting lasts at least, in minutes. */
export function leastMinutes({ rules }: InForce): number {
  const least = rules['meeting.minutes_minimum'];
  return typeof least === 'number' ? least : 0;
}
