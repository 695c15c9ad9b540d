import type { Id, Meeting } from '$api/shapes';

const meeting = (id: Id): string => `/api/meetings/${encodeURIComponent(id)}`;

/** Addresses of the API. */
export const meetingPath = meeting;
export const sitesPath = (id: Id): string => `${meeting(id)}/sites`;
export const sitePath = (site: Id): string => `/api/sites/${encodeURIComponent(site)}`;
export const siteDelegatesPath = (site: Id, cursor: string | null = null): string =>
  `${sitePath(site)}/delegates?limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
export const delegatesPath = (id: Id): string => `${meeting(id)}/delegates`;
export const delegatePath = (id: Id, member: Id): string => `${delegatesPath(id)}/${encodeURIComponent(member)}`;
export const importPath = (id: Id, dryRun: boolean): string => `${meeting(id)}/conference-imports?dry_run=${dryRun}`;
export const TEMPLATE = '/api/conference-import-template.xlsx';

export interface RollQuery {
  q?: string;
  site?: Id | '';
  cursor?: string | null;
}

export function rollPath(id: Id, { q = '', site = '', cursor }: RollQuery = {}): string {
  const query = new URLSearchParams();
  if (q.trim()) query.set('q', q.trim());
  if (site) query.set('site', site);
  if (cursor) query.set('cursor', cursor);
  const text = query.toString();
  return `${meeting(id)}/attendance${text ? `?${text}` : ''}`;
}

/** Pages of the app. */
export const conferenceHref = (id: Id): string => `/conference/${id}`;
export const siteHref = (id: Id, site: Id): string => `/conference/${id}/sites/${site}`;
export const hostHref = (id: Id, site: Id): string => `/conference/${id}/host/${site}`;
export const rollHref = (id: Id, site?: Id): string => `/conference/${id}/roll${site ? `?site=${site}` : ''}`;
export const importHref = (id: Id): string => `/conference/${id}/import`;
/** Where who runs it convenes, changes and settles it, and where it is opened, led and closed. */
export const managesHref = (id: Id): string => `/chapter/meetings/${id}`;
export const roomHref = (id: Id): string => `/chapter/meetings/${id}/room`;

export type ConferenceAct = 'convene' | 'open' | 'lead' | 'settle';

/** Where that is done. */
export const actHref = (id: Id, act: ConferenceAct): string => (act === 'open' || act === 'lead' ? roomHref : managesHref)(id);

/** What is next to be done on a conference by who looks at it; null for who does not run it, and when nothing is. */
export function nextAct({ kind, can }: Pick<Meeting, 'kind' | 'can'>): ConferenceAct | null {
  if (kind !== 'conference') return null;
  if (can.includes('convene')) return 'convene';
  if (can.includes('open')) return 'open';
  if (can.includes('close')) return 'lead';
  return can.includes('finalize') ? 'settle' : null;
}
