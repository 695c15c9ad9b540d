import { describe, expect, it } from 'vitest';
import type { Meeting } from '$api/shapes';
import { withBook } from './book';
import { foldRoom, subjectOf, type EntryData, type EntryKind, type RoomEntry } from './room';

const KEY = '11111111-1111-4111-8111-111111111111';
let number = 0;
function line(kind: EntryKind, data: EntryData, time: string, base: string | null = null): RoomEntry {
  number += 1;
  return {
    id: `e${number}`, kind, data, subject: subjectOf(kind, data), at: Date.parse(`2026-12-05T${time}Z`), device_id: 'A', sequence: number, base,
  };
}
const item = (id: string, position: number, more = {}) => ({ id, position, title: `Nội dung ${id}`, presenter: null, minutes: null, body: null, ...more });
const meeting = {
  id: '5', state: 'convened', opened_at: null, closed_at: null, agenda: [item('3', 1), item('4', 2)], can: ['open'],
} as unknown as Meeting;
const hours = (state: string, opened: string | null, closed: string | null): Meeting =>
  ({ ...meeting, state, opened_at: opened && `2026-12-05T${opened}Z`, closed_at: closed && `2026-12-05T${closed}Z` }) as Meeting;

describe('the meeting as its book leaves it', () => {
  it('has the items from the floor, by their names in the book, in the order of the room', () => {
    const room = foldRoom([
      line('agenda', { act: 'add', key: KEY, title: 'Hỗ trợ hộ bị bão', minutes: 10 }, '12:01:00'),
      line('agenda', { act: 'move', order: [KEY, '4', '3'] }, '12:02:00'),
      line('agenda', { act: 'drop', agenda_item_id: '3', dropped: true, reason: 'Chưa có số liệu' }, '12:03:00'),
    ]);
    const offline = withBook(meeting, room).agenda;
    expect(offline.map(({ id, position, dropped = false, server_id }) => [id, position, dropped, server_id])).toEqual([
      [KEY, 1, false, null], ['4', 2, false, undefined], ['3', 3, true, undefined],
    ]);
    expect(offline[2]?.drop_reason).toBe('Chưa có số liệu');
    const heard = withBook({ ...meeting, agenda: [...meeting.agenda, item('9', 3, { key: KEY, title: 'cũ' })] }, room).agenda;
    expect(heard[0]).toMatchObject({ id: KEY, server_id: '9', title: 'Hỗ trợ hộ bị bão', minutes: 10 });
    expect(heard).toHaveLength(3);
  });

  it('still knows an item that was raised and dropped again, with what was said about it', () => {
    const room = foldRoom([
      line('agenda', { act: 'add', key: KEY, title: 'Nhầm' }, '12:01:00'),
      line('agenda', { act: 'drop', agenda_item_id: KEY, dropped: true }, '12:02:00'),
    ]);
    const known = [...meeting.agenda, item('9', 3, { key: KEY })];
    for (const agenda of [meeting.agenda, known]) {
      const seen = withBook({ ...meeting, agenda }, room).agenda;
      expect(seen.map((one) => [one.id, one.dropped ?? false])).toEqual([['3', false], ['4', false], [KEY, true]]);
    }
  });

  it('is open again when the closing was taken back here, and the server has not heard of it', () => {
    const end = line('close', {}, '12:30:00');
    const room = foldRoom([line('open', { present: true }, '12:00:00'), end, line('reopen', { reason: 'Bấm nhầm' }, '12:31:00', end.id)]);
    const seen = withBook(hours('closed', '12:00:00', '12:30:00'), room);
    expect([seen.state, seen.closed_at, seen.can.includes('close')]).toEqual(['open', null, true]);
    expect(withBook(hours('closed', '12:00:00', '13:30:00'), room).state, 'closed again elsewhere').toBe('closed');
  });

  it('is only convened when the opening was taken back here', () => {
    const start = line('open', { present: true }, '12:00:00');
    const room = foldRoom([start, line('unopen', { reason: 'Nhầm cuộc họp' }, '12:01:00', start.id)]);
    expect(withBook(hours('open', '12:00:00', null), room).state).toBe('convened');
    expect(withBook(meeting, room).state).toBe('convened');
  });
});
