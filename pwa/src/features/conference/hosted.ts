import { request } from '$api/client';
import type { Site, Sites } from '$api/conference-shapes';
import type { Id, Meeting } from '$api/shapes';
import { database } from '$db/database';
import { keepView, readView, refreshView } from '$db/views';
import { fetchRoll } from '$features/roll/commands';
import { runsMeeting } from '$lib/acts';
import { rollPath, sitesPath } from './paths';

/** How near a conference is whose hosts may have no network at their site. */
const SOON = 3 * 86_400_000;
/** Of a conference that is run from this phone, what is younger is not asked for again. */
const FRESH = 2 * 3_600_000;

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

/** Whether a conference that is not over yet is run from this phone. */
export async function runsOne(): Promise<boolean> {
  return (await (await database()).getAll('meetings')).some(isRunHere);
}

function isRunHere(meeting: Meeting): boolean {
  return meeting.kind === 'conference' && ['draft', 'convened', 'open'].includes(meeting.state) && runsMeeting(meeting);
}

function isNear({ kind, state, starts_at }: Meeting): boolean {
  return kind === 'conference' && (state === 'convened' || state === 'open') && Date.parse(starts_at) - Date.now() < SOON;
}

/**
 * Fetches what a host, or a delegate on the way, needs without a network: the sites, and for a host their roll. Who runs the
 * conference gets all sites and the first page of the combined roll.
 */
export async function fetchConferences(): Promise<void> {
  for (const meeting of await (await database()).getAll('meetings')) {
    const { id, my_site, my_sites_as_host = [] } = meeting;
    if (isRunHere(meeting)) await fetchRun(id);
    else if (isNear(meeting) && (my_site || my_sites_as_host.length > 0)) await refreshView(sitesPath(id));
    if (isNear(meeting) && my_sites_as_host.length > 0) await fetchRoll(id);
  }
}

/** Without the hosts' telephone numbers: each reading of one is recorded and shown to the host, so only a person's own look may cause it. */
async function fetchRun(id: Id): Promise<void> {
  const path = sitesPath(id);
  const seen = await readView<Sites>(path);
  if (seen && Date.now() - Date.parse(seen.fetched_at) < FRESH) return;
  const asked = new Date().toISOString();
  const answer = await request<Sites>('GET', `${path}?phones=false`);
  if (!answer.ok || !answer.data) return;
  await keepView(path, withPhones(answer.data, seen?.body), null, asked);
  await refreshView(rollPath(id));
}

/** The numbers that somebody has looked at on this phone stay. */
function withPhones(sites: Sites, seen: Sites | undefined): Sites {
  const phones = new Map(seen?.items.flatMap(({ hosts }) => hosts.map((host) => [host.member_id, host.phone])));
  const known = (site: Site): Site => ({
    ...site, hosts: site.hosts.map((host) => ({ ...host, phone: phones.get(host.member_id) ?? null })),
  });
  return { ...sites, items: sites.items.map(known) };
}
