/** The shapes of a conference held at many sites, as the API describes them. */
import type { components } from './schema';

type Schemas = components['schemas'];

/** A site of a conference (điểm cầu). `counts` is null for a delegate, who sees the own site alone. */
export type Site = Schemas['Site'];
/** How many delegates of a site, or of all sites, are in which state, wherever they were recorded. */
export type SiteCounts = Schemas['SiteCounts'];
/** `totals` is null for who sees only some of the sites. */
export type Sites = Schemas['SiteList'];
/** Who belongs to a site, before the convening as after it. */
export type Delegate = Schemas['Delegate'];
export type ConferenceProblem = Schemas['RowProblem'];
/** What a trial run or an import of sites and delegates came to. */
export type ConferenceReport = Schemas['ConferenceReport'];
