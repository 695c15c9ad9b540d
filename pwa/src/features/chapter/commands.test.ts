import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Meeting } from '$api/shapes';
import { acceptSession } from '$sync/account';
import { session } from '../../../tests/samples';
import { json, problem, serve, type Sent } from '../../../tests/server';
import { conveneMeeting } from './commands';

vi.mock('$sync/engine.svelte', () => ({ syncNow: () => Promise.resolve({ outcome: 'unchanged' }) }));

const draft = {
  id: '17', organization_id: '3', kind: 'regular', title: 'Sinh hoạt chi bộ tháng 12/2026', state: 'draft', etag: '17-1',
  starts_at: '2026-12-03T12:30:00Z', ends_at: '2026-12-03T14:00:00Z', place: 'Nhà văn hóa', online_url: null,
  timezone: 'Asia/Ho_Chi_Minh', agenda: [{ id: '1', position: 1, title: 'Thảo luận', presenter: null, minutes: 15, body: null }],
  papers: [{ id: '5' }],
} as unknown as Meeting;
const withPaper = { ...draft, etag: '17-2', papers: [{ id: '5' }, { id: '6' }] } as unknown as Meeting;

/** A server that holds this meeting now. */
const holding = (now: Meeting): Sent[] =>
  serve(({ method, path, headers }) => {
    if (method === 'GET' && path === '/api/meetings/17') return json(now);
    if (!path.endsWith('/convene')) return problem(503, 'unavailable');
    return headers.get('if-match') === now.etag ? json({ ...now, state: 'convened' }) : problem(412, 'precondition_failed');
  });
const convened = (log: Sent[]): number => log.filter(({ path }) => path.endsWith('/convene')).length;

describe('convening', () => {
  beforeEach(() => acceptSession(session()));

  it('is not asked again because a paper arrived meanwhile', async () => {
    const log = holding(withPaper);
    expect(await conveneMeeting(draft)).toBeNull();
    expect(convened(log)).toBe(2);
  });

  it('is asked again when what was decided on is another by now', async () => {
    const others = [
      { ...withPaper, place: 'Hội trường' },
      { ...withPaper, papers: [{ id: '6' }] },
      { ...withPaper, agenda: [] },
      { ...withPaper, state: 'cancelled' },
    ] as unknown as Meeting[];
    for (const other of others) {
      const log = holding(other);
      expect(await conveneMeeting(draft)).toBe('precondition_failed');
      expect(convened(log)).toBe(1);
    }
  });
});
