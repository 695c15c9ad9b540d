import { describe, expect, it } from 'vitest';
import type { Notice } from '$api/shapes';
import { latestNews, overtakenBy } from './latest';

function notice(id: string, kind: Notice['kind'], minute: number, meeting: string | null = '7', read = false): Notice {
  const created_at = `2026-12-01T08:${String(minute).padStart(2, '0')}:00Z`;
  return { id, kind, created_at, meeting_id: meeting, resolution_id: null, params: {}, read_at: read ? created_at : null } as Notice;
}
const ids = (notices: Notice[]): string[] => notices.map((one) => one.id);

describe('news of a meeting', () => {
  const convened = notice('a', 'meeting_convened', 1);
  const changed = notice('b', 'meeting_changed', 2);
  const cancelled = notice('c', 'meeting_cancelled', 3);

  it('is what came last of it, also when that has been read already', () => {
    expect(ids(latestNews([cancelled, changed, convened]))).toEqual(['c']);
    expect(ids(latestNews([notice('c', 'meeting_cancelled', 3, '7', true), changed, convened]))).toEqual(['c']);
  });

  it('stays beside news of other meetings and answers to the reader', () => {
    const other = notice('d', 'meeting_convened', 0, '8');
    const answer = notice('e', 'absence_decided', 1);
    const issued = notice('f', 'resolution_issued', 0, null);
    expect(ids(latestNews([changed, answer, convened, other, issued]))).toEqual(['b', 'e', 'd', 'f']);
  });

  it('takes what it overtook with it when it is read, and nothing that came later', () => {
    expect(ids(overtakenBy(changed, [cancelled, changed, convened, notice('d', 'meeting_convened', 0, '8')]))).toEqual(['a']);
    expect(overtakenBy(notice('f', 'resolution_issued', 9, '7'), [convened])).toEqual([]);
  });
});
