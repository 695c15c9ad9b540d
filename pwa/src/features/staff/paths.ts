import type { Id } from '$api/shapes';
import { today } from '$lib/today';

/** Addresses of the API. */
export const reportPath = (id: Id, month: string): string => `/api/organizations/${id}/reports/attendance?month=${month}`;
/** The same without anybody's telephone number: each reading of one is recorded. */
export const unnumberedPath = (id: Id, month: string): string => `${reportPath(id, month)}&phones=false`;
/** Exceptions of one kind that the report does not bring. */
export const exceptionsPath = (id: Id, month: string, kind: string, cursor: string): string =>
  `/api/organizations/${id}/reports/attendance/exceptions?${new URLSearchParams({ month, kind, limit: '200', cursor })}`;
/** The organisations right below one. */
export const partsPath = (parent: Id): string => `/api/organizations?parent=${encodeURIComponent(parent)}&limit=200`;
/** Today's meetings of an organisation with everything below it. */
export const meetingsTodayPath = (id: Id, day = today()): string =>
  `/api/organizations/${id}/meetings?below=true&from=${day}&to=${day}&state=convened,open,closed,finalized`;
export const organizationPath = (id: Id): string => `/api/organizations/${id}`;

export interface MemberQuery {
  /** Empty: all. */
  q?: string;
  status?: string;
  office?: string;
  below?: boolean;
  cursor?: string | null;
}

export function membersPath(id: Id, { q = '', status = '', office = '', below = false, cursor }: MemberQuery = {}): string {
  const query = new URLSearchParams({ limit: '50' });
  if (below) query.set('below', 'true');
  if (q.trim()) query.set('q', q.trim());
  if (status) query.set('status', status);
  if (office) query.set('office', office);
  if (cursor) query.set('cursor', cursor);
  return `/api/organizations/${id}/members?${query}`;
}

/** Tasks of a tree: `overdue`, `all`, or one state. */
export function tasksPath(id: Id, state: string): string {
  const filter = state === 'overdue' ? '&overdue=true' : state === 'all' ? '' : `&state=${encodeURIComponent(state)}`;
  return `/api/organizations/${id}/tasks?limit=50${filter}`;
}

export const settingsPath = (id: Id): string => `/api/organizations/${id}/settings`;
export const scoreSheetsPath = (id: Id): string => `/api/organizations/${id}/score-sheets`;
export const agendasPath = (id: Id): string => `/api/organizations/${id}/agenda-templates`;
/** Messages that were given up in a tree, all of them or for some reasons. */
export const failedDeliveriesPath = (id: Id, reasons: readonly string[] = []): string =>
  `/api/organizations/${id}/failed-deliveries?limit=50${reasons.map((one) => `&reason=${encodeURIComponent(one)}`).join('')}`;
/** What the works of an organisation show when they are opened. */
export const worksPaths = (id: Id): string[] =>
  [settingsPath(id), scoreSheetsPath(id), agendasPath(id), tasksPath(id, 'overdue'), failedDeliveriesPath(id)];

/** Pages of the app. */
export const nodeHref = (id: Id, month?: string): string => `/staff/organizations/${id}${month ? `?month=${month}` : ''}`;
export const meetingHref = (id: Id): string => `/staff/meetings/${id}`;
export const memberHref = (id: Id): string => `/staff/members/${id}`;
