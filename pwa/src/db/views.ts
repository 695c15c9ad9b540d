import { codeOf, request } from '$api/client';
import { database, write } from './database';
import type { StoredView } from './schema';

/** The last seen body of a page that is read on demand; undefined when it was never seen on this phone. */
export async function readView<T>(path: string): Promise<(Omit<StoredView, 'body'> & { body: T }) | undefined> {
  return (await (await database()).get('views', path)) as (StoredView & { body: T }) | undefined;
}

/**
 * Asks the server for `path` and keeps the answer for reading without a network. Answers null, or the code of what
 * went wrong; what was seen last stays readable then.
 */
export async function refreshView(path: string): Promise<string | null> {
  const seen = await readView(path);
  const asked = new Date().toISOString();
  const answer = await request<unknown>('GET', path, { ifNoneMatch: seen?.etag ?? undefined });
  if (!answer.ok) return codeOf(answer);
  const body = answer.status === 304 && seen ? seen.body : answer.data;
  await keepView(path, body, answer.etag, asked);
  return null;
}

/** Keeps an answer for reading without a network. `asked`: it knows nothing of what was sent after that. */
export async function keepView(path: string, body: unknown, etag: string | null, asked = new Date().toISOString()): Promise<void> {
  await write(['views', 'meta'], async (tx) => {
    // Logged out while it was on its way: it must not come back.
    if (!(await tx.objectStore('meta').getKey('session'))) return;
    await tx.objectStore('views').put({ key: path, body, etag, fetched_at: asked });
  });
}

const DAY = 86_400_000;

/** Asks for what was not asked for in the last day; without a network what was seen last stays readable. */
export async function refreshOnceADay(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const seen = await readView(path);
    if (!seen || Date.now() - Date.parse(seen.fetched_at) > DAY) await refreshView(path);
  }
}
