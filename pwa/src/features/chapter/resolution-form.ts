import { codeOf, request, type Failure } from '$api/client';
import type { Id, Meeting, Resolution } from '$api/shapes';
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
}

function refusalOf(failure: Failure): ResolutionRefusal {
  const errors = failure.kind === 'problem' ? (failure.problem.errors ?? []) : [];
  return {
    code: codeOf(failure),
    symbol: errors.find((error) => error.pointer === '/symbol')?.code ?? null,
    field: errors[0]?.pointer.split('/')[1] ?? null,
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
  meeting: Meeting, form: ResolutionForm, known: Resolution | null, key: string,
): Promise<Answer> {
  const body = {
    symbol: form.symbol.trim(), title: form.title.trim(), body: form.body.trim(), meeting_id: meeting.id,
    tasks: form.tasks.map(({ title, due_on, assignee_ids }) => ({ title: title.trim(), due_on: due_on || null, assignee_ids })),
  };
  if (known) {
    return settle(await request('PATCH', `/api/resolutions/${encodeURIComponent(known.id)}`, { body, ifMatch: known.etag }));
  }
  const path = `/api/organizations/${encodeURIComponent(meeting.organization_id)}/resolutions`;
  return settle(await request('POST', path, { body, idempotencyKey: key }));
}

export async function issueResolution(resolution: Resolution): Promise<Answer> {
  return settle(
    await request('POST', `/api/resolutions/${encodeURIComponent(resolution.id)}/issue`, { ifMatch: resolution.etag }),
  );
}

/** The next symbol of this issuer, or '' when the server cannot be asked. */
export async function proposeSymbol(organizationId: Id): Promise<string> {
  const path = `/api/organizations/${encodeURIComponent(organizationId)}/resolutions/next-symbol`;
  const answer = await request<{ symbol: string }>('GET', path);
  return answer.ok ? answer.data.symbol : '';
}
