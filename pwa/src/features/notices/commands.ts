import type { Notice } from '$api/shapes';
import { listNotices } from '$db/queries';
import { enqueue } from '$sync/outbox';
import { overtakenBy } from './latest';

/** Marks a notice as read, now on this phone and then at the server. */
export async function markRead(notice: Notice): Promise<void> {
  if (notice.read_at !== null) return;
  await enqueue({
    kind: 'notice_read',
    subject: `notice:${notice.id}`,
    method: 'PUT',
    path: `/api/notices/${encodeURIComponent(notice.id)}/read`,
    body: undefined,
    local: { store: 'notices', key: notice.id, patch: { read_at: new Date().toISOString() } },
  });
}

/** Marks a notice as read with what it has overtaken, which says nothing any more. */
export async function markReadWithOlder(notice: Notice): Promise<void> {
  for (const one of [notice, ...overtakenBy(notice, await listNotices())]) await markRead(one);
}
