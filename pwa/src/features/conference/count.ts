import type { AttendanceState, Id } from '$api/shapes';

interface Line {
  state: AttendanceState | null;
  site_id?: Id | null;
  home_site_id?: Id | null;
}

/** The head-count of one site, as its host knows it without a network. */
export interface SiteHeadCount extends Record<AttendanceState | 'not_recorded', number> {
  /** Who belongs to this site. */
  delegates: number;
  /** Of these, who sits at another site. */
  elsewhere: number;
  /** Who belongs to another site and sits here. */
  from_other_sites: number;
  /** Everybody who sits here. */
  here: number;
}

const there = ({ state }: Line): boolean => state === 'present' || state === 'late';

export function isOwn(line: Line, site: Id): boolean {
  return (line.home_site_id ?? line.site_id) === site;
}

/** Whether a line concerns this site: a delegate of it, or somebody who came here from elsewhere. */
export function concerns(line: Line, site: Id): boolean {
  return isOwn(line, site) || (line.site_id === site && there(line));
}

export function countOf(lines: readonly Line[], site: Id): SiteHeadCount {
  const own = lines.filter((line) => isOwn(line, site));
  const count: SiteHeadCount = {
    delegates: own.length, present: 0, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 0, elsewhere: 0,
    from_other_sites: lines.filter((line) => !isOwn(line, site) && concerns(line, site)).length, here: 0,
  };
  for (const line of own) count[line.state ?? 'not_recorded']++;
  count.elsewhere = own.filter((line) => there(line) && (line.site_id ?? site) !== site).length;
  count.here = count.present + count.late - count.elsewhere + count.from_other_sites;
  return count;
}
