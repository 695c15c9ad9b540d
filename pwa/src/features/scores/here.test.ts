import { describe, expect, it } from 'vitest';
import { scoreFacts } from '$features/minutes/facts';
import { write } from '$db/database';
import type { RoomEntry } from '$sync/room';
import { meeting } from '../../../tests/samples';
import { json, problem, serve } from '../../../tests/server';
import { earlierOf, fetchScoreAndBook, phoneSheets, readScoreHere, resultOf } from './here';
import type { MeetingScore } from './shapes';

const BOUNDS = { good: 90, fair: 70, average: 50 };
const view = (changes: Partial<MeetingScore>): MeetingScore => ({
  meeting_id: '1', state: 'none', method: null, criteria: [], present: 20, sheets: 0, average: null, grade: null, points: null, paper: null,
  left_out: 0, corrections: [], criterion_averages: [], mine: { scored: false, may_score: false }, can: [], etag: '1', ...changes,
});
const byPhone = view({ state: 'closed', method: 'phone', sheets: 10, points: 900, average: '90.00', grade: 'good', criterion_averages: ['90.00'] });

describe('the score as a phone can tell it', () => {
  it('counts as present who has come by now, also where another phone took the roll', async () => {
    const line = (member_id: string, state: 'present' | null) => ({ member_id, full_name: `Đảng viên ${member_id}`, status: 'official', state });
    const counts = { summoned: 2, present: 2, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 0 };
    await write(['meetings', 'rolls'], async (tx) => {
      await tx.objectStore('meetings').put(meeting({ state: 'open' }));
      await tx.objectStore('rolls').put({ meeting_id: '17', items: [line('1', 'present'), line('2', null)], counts, etag: null, fetched_at: '2020-01-01T00:00:00Z' } as never);
    });
    expect((await readScoreHere('17')).present).toBe(1);
    serve((sent) => (sent.path.endsWith('/attendance') ? json({ items: [line('1', 'present'), line('2', 'present')], counts }) : problem(404, 'not_found')));
    await fetchScoreAndBook('17');
    expect((await readScoreHere('17')).present).toBe(2);
  });

  it('is known in a room that never had a network', () => {
    expect(resultOf(null, { sheets: 4, points: 379 }, BOUNDS)).toMatchObject({ average: '94.75', grade: 'good', sheets: 4, method: 'paper' });
    expect(resultOf(null, null, BOUNDS)).toBeNull();
  });

  it('adds paper that the server has not heard of to what it told of the phones', () => {
    expect(resultOf(byPhone, { sheets: 2, points: 60 }, BOUNDS)).toMatchObject({
      average: '80.00', grade: 'fair', sheets: 12, method: 'mixed', criterion_averages: [],
    });
  });

  it('is the word of the server where it knows the same paper, whatever bounds this phone has', () => {
    const mixed = view({ ...byPhone, method: 'mixed', sheets: 12, points: 960, average: '80.00', grade: 'good', paper: { sheets: 2, points: 60 } });
    expect(resultOf(mixed, { sheets: 2, points: 60 }, BOUNDS)?.grade).toBe('good');
    expect(resultOf(mixed, { sheets: 2, points: 160 }, BOUNDS)).toMatchObject({ average: '88.33', sheets: 12 });
    expect(phoneSheets(mixed)).toBe(10);
  });

  it('is none while phones are scored with, or when it was withdrawn', () => {
    expect(resultOf(view({ state: 'open', sheets: 5 }), { sheets: 4, points: 379 }, BOUNDS)).toBeNull();
    expect(resultOf(view({ state: 'withdrawn' }), null, BOUNDS)).toBeNull();
  });

  it('keeps the counts that stood before, of the book and of the server, once', () => {
    const line = (id: string, points: number, at: number): RoomEntry => ({
      id, kind: 'paper_score', subject: 'paper_score', data: { sheets: 4, points }, at, device_id: 'A', sequence: at,
    });
    const told = view({ corrections: [{ sheets: 4, points: 300, corrected_at: '2026-12-05T14:00:00Z' }] });
    expect(earlierOf([line('b', 350, 2), line('a', 300, 1), line('c', 379, 3)], told, { sheets: 4, points: 379 })).toEqual([
      { sheets: 4, points: 300 }, { sheets: 4, points: 350 },
    ]);
  });
});

describe('the score in minutes that the phone writes', () => {
  it('is there without the server', () => {
    expect(scoreFacts(null, { sheets: 4, points: 379 }, BOUNDS)).toMatchObject({ average: '94,75', grade: 'tốt', is_open: false });
    expect(scoreFacts(null, null, BOUNDS)).toBeNull();
  });

  it('says that phones are still scored with', () => {
    expect(scoreFacts(view({ state: 'open', sheets: 5 }), { sheets: 3, points: 250 }, BOUNDS)).toEqual({
      average: '83,33', grade: null, is_open: true, paper_sheets: 3,
    });
    expect(scoreFacts(view({ state: 'open' }), null, BOUNDS)).toMatchObject({ average: null, is_open: true, paper_sheets: 0 });
  });
});
