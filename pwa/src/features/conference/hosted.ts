import { request } from '$api/client';
import type { Site, Sites } from '$api/conference-shapes';
import type { Id, Meeting } from '$api/shapes';
import { database } from '$db/database';
import { keepView, readView, refreshOnceADay, refreshView } from '$db/views';
import { fetchRoll } from '$features/roll/commands';
import { runsMeeting } from '$lib/acts';
import { rollPath, siteDelegatesPath, sitesPath } from './paths';

const DAY = 86_400_000;
/** How near a conference is of which hosts and delegates get the news at every start, and not once a day. */
const SOON = 3 * DAY;
/** Of how many sites who runs a conference gets the delegates ahead; of the others, what was opened before. */
export const MOST_SITES = 24;
/** Of a conference that is run from this phone, what is younger is not asked for again. */
const FRESH = 2 * 3_600_000;

/** The sites of a conference that this phone's member hosts, as far as the phone knows them. */
export async function hostedSites(meetingId: Id): Promise<Site[]> {
  const own = (await (await database()).get('meetings', meetingId))?.my_sites_as_host ?? [];
  const seen = await readView<Sites>(sitesPath(meetingId));
  return (seen?.body.items ?? []).filter((site) => own.includes(site.id));
}

/** Whether this phone's member hosts a site of a conference to come. */
export async function hostsOne(): Promise<boolean> {
  return (await (await database()).getAll('meetings')).some((one) => isToCome(one) && (one.my_sites_as_host?.length ?? 0) > 0);
}

/** Whether a conference that is not over yet is run from this phone. */
export async function runsOne(): Promise<boolean> {
  return (await (await database()).getAll('meetings')).some(isRunHere);
}

function isRunHere(meeting: Meeting): boolean {
  return meeting.kind === 'conference' && ['draft', 'convened', 'open'].includes(meeting.state) && runsMeeting(meeting);
}

function isToCome({ kind, state }: Meeting): boolean {
  return kind === 'conference' && (state === 'convened' || state === 'open');
}

/**
 * Fetches what a host, or a delegate on the way, needs without a network: the sites, and for a host their roll. Who runs the
 * conference gets all sites, the first page of the combined roll, and the delegates of the first sites.
 */
export async function fetchConferences(): Promise<void> {
  for (const meeting of await (await database()).getAll('meetings')) {
    const { id, my_site, my_sites_as_host = [] } = meeting;
    const isNear = Date.parse(meeting.starts_at) - Date.now() < SOON;
    if (isRunHere(meeting)) await fetchRun(meeting);
    if (!isToCome(meeting)) continue;
    const hosts = my_sites_as_host.length > 0;
    if (!isRunHere(meeting) && (my_site || hosts)) await (isNear ? refreshView(sitesPath(id)) : refreshOnceADay([sitesPath(id)]));
    if (hosts && (isNear || !(await hasRollOfToday(id)))) await fetchRoll(id);
  }
}

async function hasRollOfToday(id: Id): Promise<boolean> {
  const seen = await (await database()).get('rolls', id);
  return seen !== undefined && Date.now() - Date.parse(seen.fetched_at) < DAY;
}

/** Without the hosts' telephone numbers: each reading of one is recorded and shown to the host, so only a person's own look may cause it. */
async function fetchRun({ id, state }: Meeting): Promise<void> {
  const path = sitesPath(id);
  const seen = await readView<Sites>(path);
  if (seen && Date.now() - Date.parse(seen.fetched_at) < FRESH) return;
  const asked = new Date().toISOString();
  const answer = await request<Sites>('GET', `${path}?phones=false`);
  if (!answer.ok || !answer.data) return;
  await keepView(path, withPhones(answer.data, seen?.body), null, asked);
  await refreshView(rollPath(id));
  // Before the convening there is no roll that tells who belongs to a site.
  for (const { id: site, counts } of answer.data.items.slice(0, MOST_SITES)) {
    if (counts?.delegates === 0) continue;
    if ((await refreshView(state === 'draft' ? siteDelegatesPath(site) : rollPath(id, { site }))) === 'network') return;
  }
}

/** The numbers that somebody has looked at on this phone stay. */
function withPhones(sites: Sites, seen: Sites | undefined): Sites {
  const phones = new Map(seen?.items.flatMap(({ hosts }) => hosts.map((host) => [host.member_id, host.phone])));
  const known = (site: Site): Site => ({
    ...site, hosts: site.hosts.map((host) => ({ ...host, phone: phones.get(host.member_id) ?? null })),
  });
  return { ...sites, items: sites.items.map(known) };
}
