import type { Result } from '$api/client';
import type { Id, Paper, Problem } from '$api/shapes';
import { syncNow } from '$sync/engine.svelte';

/**
 * Sends one file as a paper of a meeting and tells how much has gone out (0 to 1). XMLHttpRequest, because `fetch` does not
 * say. `key` stays the same over every attempt at this file, so that a lost answer does not attach it twice.
 */
export function uploadPaper(
  meetingId: Id, file: File, key: string, progress: (share: number) => void, signal?: AbortSignal,
): Promise<Result<Paper>> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    call.open('POST', `/api/meetings/${encodeURIComponent(meetingId)}/papers`);
    call.setRequestHeader('Accept', 'application/json');
    call.setRequestHeader('Idempotency-Key', key);
    call.timeout = 600_000;
    call.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) progress(event.loaded / event.total);
    };
    call.onload = () => resolve(resultOf(call));
    call.onerror = call.ontimeout = () => resolve({ ok: false, kind: 'network' });
    call.onabort = () => resolve({ ok: false, kind: 'aborted' });
    signal?.addEventListener('abort', () => call.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    call.send(form);
  });
}

function resultOf(call: XMLHttpRequest): Result<Paper> {
  const body = parse(call.responseText);
  if (call.status >= 200 && call.status < 300 && body) {
    return { ok: true, status: call.status, data: body as unknown as Paper, etag: null };
  }
  // The end of a session is dealt with by the client, which learns of it with the next question.
  if (call.status === 401) void syncNow();
  const code = typeof body?.['code'] === 'string' ? body['code'] : call.status === 413 ? 'file_too_large' : 'unavailable';
  const problem = { ...body, status: call.status, code } as Problem;
  return { ok: false, kind: 'problem', problem, retryAfter: null };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null; // A proxy's page instead of JSON.
  }
}
