import type { Site, SiteCounts } from '$api/conference-shapes';
import { matches } from '$lib/fold';

/** How far a site has come: nobody is there yet, some are missing, everybody is recorded. */
export type Progress = 'empty' | 'missing' | 'complete';
export type SiteFilter = 'all' | Progress;

/** Delegates of the site who are there, at this site or at another. */
export function attending(counts: Pick<SiteCounts, 'present' | 'late'>): number {
  return counts.present + counts.late;
}

/** How many sit at the site itself. */
export function inRoom(counts: SiteCounts): number {
  return attending(counts) - counts.at_other_sites + counts.from_other_sites;
}

export function progressOf({ counts }: Site): Progress {
  if (!counts || inRoom(counts) === 0) return 'empty';
  return counts.not_recorded > 0 ? 'missing' : 'complete';
}

/** The sites that fit the question (name, address, number or a host) and the filter, in their order. */
export function pickSites(sites: readonly Site[], question: string, filter: SiteFilter): Site[] {
  const asked = question.trim();
  return sites.filter((site) => (filter === 'all' || progressOf(site) === filter) && (asked === '' || speaksOf(site, asked)));
}

function speaksOf(site: Site, question: string): boolean {
  if (/^\d+$/.test(question) && site.number === Number(question)) return true;
  return matches([site.name, site.address ?? '', ...site.hosts.map((host) => host.full_name)].join(' '), question);
}

/** The card numbers in what was typed or pasted: one a line, or with commas between. */
export function cardsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).map((part) => part.trim()).filter(Boolean))];
}
