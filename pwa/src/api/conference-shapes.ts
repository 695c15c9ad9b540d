/** The shapes of a conference held at many sites. */
import type { Id } from './shapes';

/** How many delegates of a site, or of all sites, are in which state, wherever they were recorded. */
export interface SiteCounts {
  delegates: number;
  present: number;
  late: number;
  excused: number;
  unexcused: number;
  exempt: number;
  not_recorded: number;
  /** Of those present or late, who attends at another site. */
  at_other_sites: number;
  /** Who belongs to another site and attends here. */
  from_other_sites: number;
}

export interface SiteHost {
  member_id: Id;
  full_name: string;
  /** Null unless the reader prepares the conference. */
  card_number: string | null;
}

/** A site of a conference (điểm cầu). */
export interface Site {
  id: Id;
  meeting_id: Id;
  number: number;
  name: string;
  address: string | null;
  online_url: string | null;
  hosts: SiteHost[];
  /** Null for a delegate, who sees the own site alone. */
  counts: SiteCounts | null;
  opened_at: string | null;
  etag: string;
}

export interface Sites {
  items: Site[];
  next: string | null;
  /** Null for who sees only some of the sites. */
  totals: SiteCounts | null;
}

export interface ConferenceProblem {
  sheet: string;
  row: number;
  field: string;
  code: string;
  message: string;
}

/** What a trial run or an import of sites and delegates came to. */
export interface ConferenceReport {
  sites: number;
  sites_created: number;
  sites_updated: number;
  delegates: number;
  delegates_created: number;
  delegates_moved: number;
  unchanged: number;
  refused: number;
  problems: ConferenceProblem[];
}
