import { codeOf, request, type Failure } from '$api/client';
import type { Id, IssueRefusal, IssueWarning, Meeting, Resolution } from '$api/shapes';
import { write } from '$db/database';
import { dayMonth } from '$i18n';
import { randomKey } from '$lib/ids';
import { syncNow } from '$sync/engine.svelte';

export interface TaskLine {
  id: string;
  title: string;
  due_on: string;
  assignee_ids: Id[];
}

export interface ResolutionForm {
  symbol: string;
  title: string;
  body: string;
  tasks: TaskLine[];
}

export function emptyTask(): TaskLine {
  return { id: randomKey(), title: '', due_on: '', assignee_ids: [] };
}

/**
 * What a resolution of this meeting usually begins with. Content that the secretary edits, not words of the screen: it is
 * Vietnamese in every language.
 */
export function startResolution(meeting: Meeting): ResolutionForm {
  const there = meeting.counts.present + meeting.counts.late;
  const day = dayMonth(meeting.starts_at, meeting.timezone, new Date(0));
  const title = meeting.title.charAt(0).toLowerCase() + meeting.title.slice(1);
  return {
    symbol: '', title: `Nghị quyết ${title}`,
    body:
      `${meeting.organization_name} họp ngày ${day}, có mặt ${there}/${meeting.counts.summoned} đảng viên, ` +
      'thảo luận và thống nhất quyết nghị:\n1. ',
    tasks: [],
  };
}

export function formOfResolution(resolution: Resolution): ResolutionForm {
  return {
    symbol: resolution.symbol, title: resolution.title, body: resolution.body,
    tasks: resolution.tasks.map((task) => ({
      id: randomKey(), title: task.title, due_on: task.due_on ?? '', assignee_ids: task.assignees.map((one) => one.member_id),
    })),
  };
}

export interface ResolutionRefusal {
  code: string;
  /** Code of what is wrong with the symbol, if that is what it is. */
  symbol: string | null;
  /** The first part of the pointer of what bears a secrecy mark or is wrong. */
  field: string | null;
  /** What the server wants answered before it issues a draft. */
  doubts: IssueWarning[];
}

/** What is said to who issues and asks for no reason, as on the server. */
const ONLY_SAID: readonly IssueWarning[] = ['text_not_frozen'];

const REFUSALS: readonly IssueRefusal[] = ['vote_disputed', 'vote_undecided', 'resolution_rejected'];

/** The code as that of something against which no reason helps; null: it is another one. */
export function asRefusal(code: string): IssueRefusal | null {
  return REFUSALS.find((one) => one === code) ?? null;
}

/** For what the server would not issue this draft now; null where a reason helps or nothing is in the way, and without a network. */
export async function whatHoldsBack(id: Id, signal: AbortSignal): Promise<IssueRefusal | null> {
  const answer = await request<Resolution>('GET', resolutionPath(id), { signal });
  return answer.ok && answer.status !== 304 ? (answer.data.issue_refused ?? null) : null;
}

/** What of it the reason has to answer. */
export function toAnswer(lacks: readonly IssueWarning[]): IssueWarning[] {
  return lacks.filter((one) => !ONLY_SAID.includes(one));
}

function refusalOf(failure: Failure): ResolutionRefusal {
  const errors = failure.kind === 'problem' ? (failure.problem.errors ?? []) : [];
  return {
    code: codeOf(failure),
    symbol: errors.find((error) => error.pointer === '/symbol')?.code ?? null,
    field: errors[0]?.pointer.split('/')[1] ?? null,
    doubts: errors.filter((error) => error.pointer === '/reason_for').map((error) => error.code as IssueWarning),
  };
}

type Answer = { resolution: Resolution } | { refusal: ResolutionRefusal };

async function settle(answer: Awaited<ReturnType<typeof request<Resolution>>>): Promise<Answer> {
  if (!answer.ok) {
    if (answer.kind === 'problem') void syncNow();
    return { refusal: refusalOf(answer) };
  }
  await write(['resolutions'], (tx) => tx.objectStore('resolutions').put(answer.data));
  void syncNow();
  return { resolution: answer.data };
}

/** Saves the draft: a new one, or changes of the one that is there. */
export async function saveResolution(
  { organization_id, meeting_id }: Pick<Resolution, 'organization_id' | 'meeting_id'>, form: ResolutionForm,
  known: Resolution | null, key: string,
): Promise<Answer> {
  const body = {
    symbol: form.symbol.trim(), title: form.title.trim(), body: form.body.trim(), meeting_id,
    tasks: form.tasks.map(({ title, due_on, assignee_ids }) => ({ title: title.trim(), due_on: due_on || null, assignee_ids })),
  };
  if (known) {
    return settle(await request('PATCH', resolutionPath(known.id), { body, ifMatch: known.etag }));
  }
  const path = `/api/organizations/${encodeURIComponent(organization_id)}/resolutions`;
  return settle(await request('POST', path, { body, idempotencyKey: key }));
}

const resolutionPath = (id: Id): string => `/api/resolutions/${encodeURIComponent(id)}`;

/** Puts a draft in force; `reason` says why although `lacks` speaks against it, as whoever wrote it has read. */
export async function issueResolution(resolution: Resolution, reason: string, lacks: readonly IssueWarning[]): Promise<Answer> {
  const body = reason.trim() ? { override_reason: reason.trim(), reason_for: toAnswer(lacks) } : {};
  return settle(await request('POST', `${resolutionPath(resolution.id)}/issue`, { ifMatch: resolution.etag, body }));
}

/** The draft that the server writes from the conclusions and votes of a meeting; null when it cannot be asked. */
export async function draftResolution(meeting: Meeting): Promise<Resolution | null> {
  const answer = await settle(await request('POST', `/api/meetings/${encodeURIComponent(meeting.id)}/resolution-draft`));
  return 'resolution' in answer ? answer.resolution : null;
}

/** Takes a resolution out of force. Null, or the code of what went wrong. */
export async function revokeResolution(resolution: Resolution, reason: string): Promise<string | null> {
  const answer = await settle(
    await request('POST', `${resolutionPath(resolution.id)}/revoke`, { ifMatch: resolution.etag, body: { reason: reason.trim() } }),
  );
  return 'refusal' in answer ? answer.refusal.code : null;
}

/** A draft that takes the place of `old` when it is issued: the same words under the next number, to be changed. */
export async function replaceResolution(old: Resolution, key: string): Promise<Answer> {
  const symbol = await proposeSymbol(old.organization_id);
  if (!symbol) return { refusal: { code: 'network', symbol: null, field: null, doubts: [] } };
  const open = old.tasks.filter((task) => task.state === 'open');
  const body = {
    symbol, title: old.title, body: old.body, meeting_id: null, supersedes_id: old.id,
    tasks: open.map((task) => ({ title: task.title, due_on: task.due_on, assignee_ids: task.assignees.map((one) => one.member_id) })),
  };
  const path = `/api/organizations/${encodeURIComponent(old.organization_id)}/resolutions`;
  return settle(await request('POST', path, { body, idempotencyKey: key }));
}

/** The next symbol of this issuer, or '' when the server cannot be asked. */
export async function proposeSymbol(organizationId: Id): Promise<string> {
  const path = `/api/organizations/${encodeURIComponent(organizationId)}/resolutions/next-symbol`;
  const answer = await request<{ symbol: string }>('GET', path);
  return answer.ok ? answer.data.symbol : '';
}
