import { codeOf, request, type Failure } from '$api/client';
import type { ConferenceReport, Site } from '$api/conference-shapes';
import type { components } from '$api/schema';
import type { Id } from '$api/shapes';
import { randomKey } from '$lib/ids';
import { cardsIn } from './sites';
import { delegatePath, delegatesPath, importPath, sitePath, sitesPath } from './paths';

type Schemas = components['schemas'];

export interface SiteForm {
  name: string;
  address: string;
  online_url: string;
  /** Card numbers of the hosts, as typed. */
  hosts: string;
}

/** What a change came to: null, or the code of what went wrong and the fields that are to be mended. */
export type Outcome = null | { code: string; fields: Map<string, string> };

function outcome(failure: Failure): Outcome {
  const errors = failure.kind === 'problem' ? (failure.problem.errors ?? []) : [];
  return { code: codeOf(failure), fields: new Map(errors.map((one) => [one.pointer.split('/')[1] ?? '', one.code])) };
}

export function formOf(site: Site | null): SiteForm {
  return {
    name: site?.name ?? '', address: site?.address ?? '', online_url: site?.online_url ?? '',
    hosts: (site?.hosts ?? []).map((host) => host.card_number ?? '').filter(Boolean).join('\n'),
  };
}

/** Writes a new site, or what was changed of a known one. */
export async function saveSite(meetingId: Id, site: Site | null, form: SiteForm, key: string): Promise<Outcome> {
  const body = {
    name: form.name.trim(), address: form.address.trim() || null, online_url: form.online_url.trim() || null,
    host_cards: cardsIn(form.hosts),
  };
  const answer = site
    ? await request('PATCH', sitePath(site.id), { body, ifMatch: site.etag, idempotencyKey: key })
    : await request('POST', sitesPath(meetingId), { body, idempotencyKey: key });
  return answer.ok ? null : outcome(answer);
}

export async function removeSite(site: Site): Promise<Outcome> {
  const answer = await request('DELETE', sitePath(site.id), { ifMatch: site.etag });
  return answer.ok ? null : outcome(answer);
}

/** Who is to be a delegate: by card, or by who it is. */
export type Wanted = { card_numbers: string[] } | { member_ids: Id[] };
export type Added = { created: number; moved: number; unchanged: number } | { code: string; refused: string[] };

/** Lets these be delegates of the site; all of them are taken, or none, and who is refused is named as asked. */
export async function addDelegates(meetingId: Id, site: Id, wanted: Wanted, key: string): Promise<Added> {
  const answer = await request<Schemas['DelegatesAnswer']>('POST', delegatesPath(meetingId), {
    body: { ...wanted, site_id: site }, idempotencyKey: key,
  });
  if (answer.ok) return answer.data;
  const errors = answer.kind === 'problem' ? (answer.problem.errors ?? []) : [];
  const asked = 'card_numbers' in wanted ? wanted.card_numbers : wanted.member_ids;
  return { code: codeOf(answer), refused: errors.flatMap(({ pointer }) => asked[Number(pointer.split('/')[2])] ?? []) };
}

export async function moveDelegate(meetingId: Id, member: Id, site: Id): Promise<Outcome> {
  const answer = await request('PUT', delegatePath(meetingId, member), { body: { site_id: site } });
  return answer.ok ? null : outcome(answer);
}

export async function removeDelegate(meetingId: Id, member: Id): Promise<Outcome> {
  const answer = await request('DELETE', delegatePath(meetingId, member));
  return answer.ok ? null : outcome(answer);
}

/** Why a file was not taken: the problem's code, and what is wrong with the file where that is known. */
export interface Trouble {
  code: string;
  reason?: string | undefined;
}

/** Checks a file, or takes it in. */
export async function importFile(
  meetingId: Id, file: Blob, name: string, dryRun: boolean,
): Promise<{ report: ConferenceReport } | { trouble: Trouble }> {
  const body = new FormData();
  body.set('file', file, name);
  const answer = await request<ConferenceReport>('POST', importPath(meetingId, dryRun), {
    body, idempotencyKey: randomKey(), timeout: 300_000,
  });
  if (answer.ok) return { report: answer.data };
  const reason = answer.kind === 'problem' ? answer.problem.errors?.find((one) => one.pointer === '/file')?.code : undefined;
  return { trouble: { code: codeOf(answer), reason } };
}
