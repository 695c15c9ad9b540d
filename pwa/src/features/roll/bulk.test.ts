import { beforeEach, describe, expect, it } from 'vitest';
import type { AbsenceRequest } from '$api/shapes';
import { clearDatabase, write } from '$db/database';
import { askingToBeAway, bulkOf, standingBulk } from './bulk';

beforeEach(clearDatabase);

const rows = [
  { member_id: '1', state: null }, { member_id: '2', state: null }, { member_id: '3', state: 'excused' as const }, { member_id: '4', state: 'late' as const },
];

describe('everybody else is here', () => {
  it('leaves out who asked to be away and has no answer', () => {
    const { here, left } = bulkOf(rows, new Set(['2', '3']));
    expect(here.map((row) => row.member_id)).toEqual(['1']);
    expect(left.map((row) => row.member_id)).toEqual(['2']);
  });

  it('knows the requests of this meeting that wait for an answer', async () => {
    const request = (id: string, member_id: string, meeting_id: string, decision: string | null) =>
      ({ id, member_id, meeting_id, decision }) as unknown as AbsenceRequest;
    await write(['absence_requests'], async (tx) => {
      const store = tx.objectStore('absence_requests');
      for (const one of [request('a', '1', '5', 'approved'), request('b', '2', '5', null), request('c', '4', '6', null)]) await store.put(one);
    });
    expect(await askingToBeAway('5')).toEqual(new Set(['2']));
  });
});

describe('the undo of the last act for all', () => {
  const mark = (id: string, member_id: string, sequence: number, at: string, more = {}) => ({
    id, kind: 'mark' as const, subject: `mark:${member_id}`, data: { member_id, state: 'present', ...more }, at: `2026-12-05T12:${at}.000Z`,
    device_id: 'A', sequence, base: null,
  });

  it('is read from the lines: those of one time, as far as they still stand', () => {
    const lines = [
      mark('a1', '1', 1, '05:00'), mark('a2', '2', 2, '05:00'), mark('a3', '3', 3, '05:00'),
      mark('a4', '4', 4, '06:00'), mark('a5', '2', 5, '07:00', { state: 'late' }),
    ];
    expect(standingBulk(lines, 'A')).toEqual(['1', '3']);
    expect(standingBulk(lines, 'B'), 'what another device wrote is not taken back here').toEqual([]);
  });

  it('is gone once it was taken back, and means the last such act alone', () => {
    const two = [mark('a1', '1', 1, '05:00'), mark('a2', '2', 2, '05:00')];
    const back = [mark('a3', '1', 3, '06:00', { state: null }), mark('a4', '2', 4, '06:00', { state: null })];
    expect(standingBulk([...two, ...back], 'A')).toEqual([]);
    const later = [mark('a5', '3', 5, '08:00'), mark('a6', '4', 6, '08:00')];
    expect(standingBulk([...two, ...later], 'A')).toEqual(['3', '4']);
  });

  it('knows signatures on the sheet and scanned codes from it', () => {
    expect(standingBulk([mark('a1', '1', 1, '05:00', { sheet: true }), mark('a2', '2', 2, '05:00', { sheet: true })], 'A')).toEqual([]);
  });
});
