import type { Notice } from '$api/shapes';

/** What is told of the time and place of one meeting: what came last says all that counts. */
const news: ReadonlySet<Notice['kind']> = new Set(['meeting_convened', 'meeting_changed', 'meeting_cancelled', 'meeting_reminder']);

function overtakes(one: Notice, other: Notice): boolean {
  return one.meeting_id !== null && one.meeting_id === other.meeting_id && news.has(one.kind) && news.has(other.kind)
    && Date.parse(one.created_at) > Date.parse(other.created_at);
}

/** Without the news of a meeting that later news of it has overtaken, read or not. In the order given. */
export function latestNews(notices: readonly Notice[]): Notice[] {
  return notices.filter((notice) => !notices.some((other) => overtakes(other, notice)));
}

/** What `notice` has overtaken: who reads the one has no need of the others. */
export function overtakenBy(notice: Notice, notices: readonly Notice[]): Notice[] {
  return notices.filter((other) => overtakes(notice, other));
}
