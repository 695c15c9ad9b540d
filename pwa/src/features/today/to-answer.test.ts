import { expect, test } from 'vitest';
import type { AbsenceRequest, Meeting } from '$api/shapes';
import { write, writeMeta } from '$db/database';
import { answerAbsence } from '$features/chapter/commands';
import { meeting, session } from '../../../tests/samples';
import { requestsToAnswer } from './to-answer';

const request = (id: string, meeting_id: string, changes: Partial<AbsenceRequest> = {}): AbsenceRequest => ({
  id, meeting_id, member_id: id, full_name: '', reason: 'Ốm', decision: null, created_at: '2026-12-01T00:00:00Z', decided_at: null,
  etag: '"1"', ...changes,
});

test('only what waits for my answer is counted, and an answer that is on its way is one', async () => {
  await writeMeta('session', session());
  const rows: Meeting[] = [
    meeting({ can: ['answer_absence'] }),
    meeting({ id: '18', can: [] }),
    meeting({ id: '19', state: 'closed', can: ['answer_absence'] }),
    meeting({ id: '20', can: ['answer_absence'] }),
  ];
  const first = request('1', '17');
  await write(['meetings', 'absence_requests'], async (tx) => {
    for (const row of rows) await tx.objectStore('meetings').put(row);
    for (const row of [
      first, request('2', '17'), request('3', '17', { decision: 'withdrawn' }), request('4', '17', { etag: '' }),
      request('5', '18'), request('6', '19'), request('7', '20', { decision: 'refused' }),
    ]) await tx.objectStore('absence_requests').put(row);
  });
  const counts = async () => (await requestsToAnswer()).map((one) => [one.meeting.id, one.n]);
  expect(await counts()).toEqual([['17', 2]]);
  await answerAbsence(first, 'refused', 'Cố gắng dự');
  expect(await counts()).toEqual([['17', 1]]);
});
