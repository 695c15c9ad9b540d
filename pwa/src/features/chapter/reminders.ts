import type { Id } from '$api/shapes';
import type { InForce } from '$db/rules';
import type { Setting } from '$features/staff/rules/shapes';

const HOUR = 60;
const DAY = 24 * HOUR;
/** The rule of an organisation of which this phone knows none. */
const USUAL = [2 * DAY, DAY, 2 * HOUR];

/** The rules of one meeting in force, and the reminders that come of them, quiet hours and all. */
export interface MeetingRules {
  items: Pick<Setting, 'name' | 'type' | 'unit' | 'value' | 'own' | 'inherited_value' | 'bounds'>[];
  reminders: { step: string; due_at: string; audiences: ('all' | 'unanswered' | 'officers' | 'assignees')[] }[];
  etag: string;
}
export const reminderRules = (meeting: Id): string => `/api/meetings/${encodeURIComponent(meeting)}/reminder-rules`;

/** How long before a meeting its members are reminded, in minutes. */
export function reminderMinutes({ rules }: InForce): number[] {
  const before = rules['reminders.before_minutes'];
  return Array.isArray(before) ? before.filter((one): one is number => typeof one === 'number') : USUAL;
}

/** The reminders that can still come, as `planned_steps` on the server plans them: none whose time is past. */
export function remindersAhead(startsAt: string, now: number, before: readonly number[]): number[] {
  return before.filter((minutes) => Date.parse(startsAt) - minutes * 60_000 > now).sort((a, b) => b - a);
}

