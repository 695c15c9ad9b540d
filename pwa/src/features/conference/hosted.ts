import type { Site, Sites } from '$api/conference-shapes';
import type { Id, Meeting } from '$api/shapes';
import { database } from '$db/database';
import { readView, refreshView } from '$db/views';
import { fetchRoll } from '$features/roll/commands';
import { runsMeeting } from '$lib/acts';
import { sitesPath } from './paths';

/** How near a conference is whose hosts may have no network at their site. */
const SOON = 3 * 86_400_000;

/** The sites of a conference that this phone's member hosts, as far as the phone knows them. */
export async function hostedSites(meetingId: Id): Promise<Site[]> {
  const own = (await (await database()).get('meetings', meetingId))?.my_sites_as_host ?? [];
  const seen = await readView<Sites>(sitesPath(meetingId));
  return (seen?.body.items ?? []).filter((site) => own.includes(site.id));
}

/** Whether this phone's member hosts a site of a meeting that is close at hand. */
export async function hostsSoon(): Promise<boolean> {
  return (await (await database()).getAll('meetings')).some((one) => isNear(one) && (one.my_sites_as_host?.length ?? 0) > 0);
}

/** Whether this phone's member runs a conference that is close at hand. Its sites are not fetched for that: who reads them is recorded. */
export async function runsSoon(): Promise<boolean> {
  return (await (await database()).getAll('meetings')).some((one) => isNear(one) && runsMeeting(one));
}

function isNear({ kind, state, starts_at }: Meeting): boolean {
  return kind === 'conference' && (state === 'convened' || state === 'open') && Date.parse(starts_at) - Date.now() < SOON;
}

/** Fetches what a host, or a delegate on the way, needs without a network: the sites, and for a host their roll. */
export async function fetchConferences(): Promise<void> {
  for (const meeting of await (await database()).getAll('meetings')) {
    if (!isNear(meeting)) continue;
    const { id, my_site, my_sites_as_host = [] } = meeting;
    if (my_site || my_sites_as_host.length > 0) await refreshView(sitesPath(id));
    if (my_sites_as_host.length > 0) await fetchRoll(id);
  }
}
