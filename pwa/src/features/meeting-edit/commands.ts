import { codeOf, request, type Failure } from '$api/client';
import type { Id, Meeting, Paper, Problem } from '$api/shapes';
import { write } from '$db/database';
import { syncNow } from '$sync/engine.svelte';
import { agendaOf, bodyOf, differences, type FieldErrors, type MeetingForm } from './form';

export interface Refusal {
  code: string;
  fields: FieldErrors;
}

export type Saved = { meeting: Meeting } | { refusal: Refusal; reached?: Meeting } | { theirs: Meeting };

function at(id: Id): string {
  return `/api/meetings/${encodeURIComponent(id)}`;
}

/** Keeps a meeting that the server has just answered with. */
export async function keep(meeting: Meeting): Promise<void> {
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting));
}

const PLACES: Record<string, [keyof FieldErrors, NonNullable<FieldErrors[keyof FieldErrors]>]> = {
  '/title': ['title', 'missing'], '/place': ['place', 'missing'], '/starts_at': ['date', 'past'],
  '/ends_at': ['end', 'before_start'], '/online_url': ['online_url', 'not_url'], '/agenda': ['agenda', 'missing'],
};

function fieldsOf(problem: Problem): FieldErrors {
  const fields: FieldErrors = {};
  for (const { pointer, code } of problem.errors ?? []) {
    const place = PLACES[`/${pointer.split('/')[1] ?? ''}`];
    if (place) fields[place[0]] = code === 'too_long' ? 'too_long' : place[1];
  }
  return fields;
}

function refusalOf(failure: Failure): Refusal {
  return { code: codeOf(failure), fields: failure.kind === 'problem' ? fieldsOf(failure.problem) : {} };
}

/** Drafts a meeting. The same key and the same form make one meeting, however often it is sent. */
export async function createMeeting(
  cell: Id, form: MeetingForm, zone: string, from: Id | null, key: string,
): Promise<{ meeting: Meeting } | { refusal: Refusal }> {
  const body = { ...bodyOf(form, zone), agenda: agendaOf(form, false), ...(from ? { from_meeting_id: from } : {}) };
  const path = `/api/organizations/${encodeURIComponent(cell)}/meetings`;
  const answer = await request<Meeting>('POST', path, { body, idempotencyKey: key });
  if (!answer.ok) return { refusal: refusalOf(answer) };
  await keep(answer.data);
  void syncNow();
  return { meeting: answer.data };
}

/**
 * Saves what was changed of a meeting: first the meeting itself, then its agenda. When somebody else has changed it
 * meanwhile nothing is written and their version comes back. `reached` is the version that a half-done save has made.
 */
export async function saveMeeting(id: Id, etag: string, base: MeetingForm, form: MeetingForm, zone: string): Promise<Saved> {
  const changed = differences(base, form);
  let reached: Meeting | undefined;
  let version = etag;
  if (changed.some((part) => part !== 'agenda')) {
    const answer = await request<Meeting>('PATCH', at(id), { body: changesOf(base, form, zone), ifMatch: version });
    if (!answer.ok) return stale(answer) ? fresh(id) : { refusal: refusalOf(answer) };
    reached = answer.data;
    version = answer.data.etag;
    await keep(answer.data);
  }
  if (changed.includes('agenda')) {
    const answer = await request<Meeting>('PUT', `${at(id)}/agenda`, { body: { agenda: agendaOf(form, true) }, ifMatch: version });
    if (!answer.ok) {
      if (stale(answer)) return fresh(id);
      return { refusal: refusalOf(answer), ...(reached ? { reached } : {}) };
    }
    reached = answer.data;
    await keep(answer.data);
  }
  void syncNow();
  if (reached) return { meeting: reached };
  return fetchMeeting(id).then((answer) => ('meeting' in answer ? answer : { refusal: answer.refusal }));
}

function changesOf(base: MeetingForm, form: MeetingForm, zone: string): object {
  const before = bodyOf(base, zone);
  const now = bodyOf(form, zone);
  if (!now) return {};
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => before?.[name as keyof typeof before] !== value));
}

function stale(failure: Failure): boolean {
  return failure.kind === 'problem' && failure.problem.status === 412;
}

async function fresh(id: Id): Promise<Saved> {
  const answer = await fetchMeeting(id);
  return 'meeting' in answer ? { theirs: answer.meeting } : answer;
}

export async function fetchMeeting(id: Id): Promise<{ meeting: Meeting } | { refusal: Refusal }> {
  const answer = await request<Meeting>('GET', at(id));
  if (!answer.ok) return { refusal: refusalOf(answer) };
  await keep(answer.data);
  return { meeting: answer.data };
}

/** Takes a paper away. Answers null, or the code of what went wrong. */
export async function removePaper(paper: Paper): Promise<string | null> {
  const answer = await request('DELETE', `/api/papers/${encodeURIComponent(paper.id)}`);
  if (!answer.ok && !(answer.kind === 'problem' && answer.problem.status === 404)) return codeOf(answer);
  await fetchMeeting(paper.meeting_id);
  return null;
}

