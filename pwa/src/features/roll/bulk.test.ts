import { beforeEach, describe, expect, it } from 'vitest';
import type { AbsenceRequest } from '$api/shapes';
import { clearDatabase, write } from '$db/database';
import { askingToBeAway, bulkOf } from './bulk';

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
