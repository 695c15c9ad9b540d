import { codeOf, request } from '$api/client';
import type { Id, Resolution, Task, TaskLine, TaskUpdate, TaskUpdateKind } from '$api/shapes';
import { listResolutions } from '$db/queries';
import { readView, refreshView } from '$db/views';
import { uuid } from '$lib/ids';
import { enqueue } from '$sync/outbox';

export const TASK_UPDATE = 'task_update';
/** Where a task stands after an update of this kind; progress leaves it. */
const LEADS_TO = { done: 'done', not_done: 'not_done', reopened: 'open' } as const;

export interface Report {
  kind: TaskUpdateKind;
  text: string;
  percent: number | null;
}

/** The task as it will be when the server has taken the report. */
export function reported(task: Task, report: Report, update: TaskUpdate): Task {
  const state = report.kind === 'progress' ? task.state : LEADS_TO[report.kind];
  return {
    ...task, state,
    percent: report.kind === 'done' ? 100 : (report.percent ?? task.percent ?? null),
    reason: report.kind === 'not_done' ? report.text : null,
    updates: [...(task.updates ?? []), update],
    // What may follow is for the server to say.
    can: report.kind === 'progress' ? (task.can ?? []) : [],
  };
}

const taskPath = (id: Id): string => `/api/tasks/${encodeURIComponent(id)}`;

/** A task of a resolution on this phone, with reports on their way; else what was last seen of it. */
export async function findTask(id: Id): Promise<TaskLine | null> {
  for (const resolution of await listResolutions()) {
    const task = resolution.tasks.find((one) => one.id === id);
    if (task) return lineOf(resolution, task);
  }
  return (await readView<TaskLine>(taskPath(id)))?.body ?? null;
}

/** Asks the server for a task; null, or the code of what went wrong. */
export const fetchTask = (id: Id): Promise<string | null> => refreshView(taskPath(id));

export function lineOf(resolution: Resolution, task: Task): TaskLine {
  const { id, symbol, title, issued_on, organization_id, organization_name } = resolution;
  const gone = resolution.state === 'revoked' ? { gone: resolution.superseded_by ? 'superseded' as const : 'revoked' as const } : {};
  return { ...task, ...gone, organization_id, organization_name, resolution: { id, symbol, title, issued_on } };
}

/** Reports on a task; kept on the phone and sent when there is a network. */
export async function reportTask(task: TaskLine, report: Report, author: string): Promise<void> {
  const at = new Date().toISOString();
  const key = uuid();
  const path = `${taskPath(task.id)}/updates/${key}`;
  const resolution = (await listResolutions()).find((one) => one.id === task.resolution.id);
  const update: TaskUpdate = { key, ...report, at, full_name: author };
  await enqueue({
    kind: TASK_UPDATE, subject: `task:${task.id}`, method: 'PUT', path, body: { ...report, at },
    ...(report.kind !== 'progress' && task.etag ? { ifMatch: task.etag } : {}),
    ...(resolution
      ? {
          local: {
            store: 'resolutions' as const, key: resolution.id,
            patch: { tasks: resolution.tasks.map((one) => (one.id === task.id ? reported(one, report, update) : one)) },
          },
        }
      : {}),
  });
}

/** Reports at once, for who follows a task that this phone does not keep. Null, or the code of what went wrong. */
export async function reportNow(task: TaskLine, report: Report): Promise<string | null> {
  const answer = await request('PUT', `${taskPath(task.id)}/updates/${uuid()}`, {
    body: { ...report, at: new Date().toISOString() }, ...(task.etag ? { ifMatch: task.etag } : {}),
  });
  if (!answer.ok) return codeOf(answer);
  return fetchTask(task.id);
}
