import { describe, expect, it } from 'vitest';
import type { Meeting, Member, RollItem } from '$api/shapes';
import type { OutboxItem, StoredRoll } from '$db/schema';
import { awayOfficers, buildBoard, eligible, markableStates, mayTakeBack, pick, selfFirst, statesFor } from './board';

const meeting = {
  id: '17', organization_id: '3', state: 'open', can: ['mark'], timezone: 'Asia/Ho_Chi_Minh',
} as unknown as Meeting;

function line(member_id: string, full_name: string, changes: Partial<RollItem> = {}): RollItem {
  return {
    member_id, full_name, status: 'official', state: null, method: null, checked_in_at: null, recorded_at: null,
    recorded_by: null, flags: [], ...changes,
  };
}
const roll: StoredRoll = {
  meeting_id: '17', etag: '"r"', fetched_at: '2026-12-03T12:30:00.000Z', quorum: { required: 2, reached: false },
  counts: { summoned: 3, present: 1, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 2 },
  items: [
    line('1', 'Đặng Thị Ngẫm', { state: 'present', method: 'qr', recorded_by: '1' }),
    line('2', 'Lê Văn Thử'), line('3', 'Vũ Thị Mới', { status: 'probationary' }),
  ],
};
function mark(member: string, state: string, changes: Partial<OutboxItem> = {}): OutboxItem {
  return lineItem('mark', { member_id: member, state, reason: 'ốm' }, { kind: 'mark', ...changes });
}
function lineItem(kind: string, data: object, changes: Partial<OutboxItem>): OutboxItem {
  return {
    seq: 1, key: 'k', kind, subject: 'meeting:17', method: 'POST', path: '/api/meetings/17/proceedings',
    body: { entries: [{ id: 'e', kind, data, at: '2026-12-03T12:30:59.990Z' }] }, state: 'queued', created_at: '2026-12-03T12:31:00.000Z', attempts: 0, ...changes,
  };
}
const board = (items: OutboxItem[], stored: StoredRoll | undefined = roll, members: Member[] = []) =>
  buildBoard({ meeting, roll: stored, members, items, self: '9' });

describe('the attendance board', () => {
  it('lays a mark that waits for the network over the roll, and counts it', () => {
    const seen = board([mark('2', 'present')]);
    expect(seen.rows[1]).toMatchObject({ state: 'present', method: 'secretary', recorded_by: '9', reason: 'ốm' });
    expect(seen.counts).toMatchObject({ present: 2, not_recorded: 1 });
    expect(seen.quorum).toEqual({ due: 2, present: 2, required: 2, reached: true });
  });

  it('tells two of one name apart, as the server says it and else by the records on this phone', () => {
    const twins = [line('1', 'Nguyễn Văn Hòa'), line('2', 'Nguyễn Văn Hoà'), line('3', 'Vũ Thị Mới')];
    const record = (id: string, birth_date: string): Member => ({ id, birth_date, card_number: null }) as unknown as Member;
    const names = (items: RollItem[], members: Member[]): string[] => board([], { ...roll, items }, members).rows.map((row) => row.full_name);
    expect(names(twins, [record('1', '1962-01-02'), record('2', '1975-01-02')])).toEqual(['Nguyễn Văn Hòa (1962)', 'Nguyễn Văn Hoà (1975)', 'Vũ Thị Mới']);
    const told = twins.map((one, index) => ({ ...one, name_mark: ['1962', 'thẻ …0452', null][index] ?? null }));
    expect(names(told, [])).toEqual(['Nguyễn Văn Hòa (1962)', 'Nguyễn Văn Hoà (thẻ …0452)', 'Vũ Thị Mới']);
  });

  const opening = (present: boolean, changes: Partial<OutboxItem> = {}): OutboxItem =>
    lineItem('open', { present }, { kind: 'open_meeting', ...changes });
  const seenBy = (self: string, items: OutboxItem[]) => buildBoard({ meeting, roll, members: [], items, self });

  it('shows who opened the meeting without a network and is in the room as present', () => {
    const seen = seenBy('2', [opening(true)]);
    expect(seen.rows[1]).toMatchObject({ state: 'present', method: 'secretary', recorded_by: '2', flags: ['opened_meeting'] });
    expect(seen.counts).toMatchObject({ present: 2, not_recorded: 1 });
    expect(seenBy('2', [opening(true, { state: 'done', sent_at: '2026-12-03T12:31:00.000Z' })]).counts.present).toBe(2);
  });

  it('takes nobody for present by an opening that was refused, that says nothing of it, or of another person', () => {
    expect(seenBy('2', [opening(true, { state: 'refused' })]).counts.present).toBe(1);
    expect(seenBy('2', [opening(false)]).counts.present).toBe(1);
    expect(seenBy('77', [opening(true)]).counts.present).toBe(1);
  });

  it('takes nobody for present by an opening, nor for absent by a closing, that was taken back', () => {
    const unopen = lineItem('unopen', { reason: 'nhầm' }, {});
    expect(seenBy('2', [opening(true), unopen]).rows[1]).toMatchObject({ state: null, flags: [] });
    expect(seenBy('2', [opening(true), unopen, opening(true)]).rows[1]?.state).toBe('present');
    const there = { ...line('2', 'Trần Văn Hai'), state: 'present' as const, method: 'secretary', flags: ['opened_meeting'] as RollItem['flags'] };
    const left = { ...line('3', 'Vũ Thị Mới'), state: 'unexcused' as const, method: 'system' };
    const known = { ...roll, items: [there, left] };
    const states = (items: OutboxItem[]) => board(items, known).rows.map((row) => row.state);
    expect(states([unopen])).toEqual([null, 'unexcused']);
    expect(states([{ ...unopen, state: 'refused' }])).toEqual(['present', 'unexcused']);
    expect(states([lineItem('reopen', { reason: 'nhầm' }, {})])).toEqual(['present', null]);
    expect(states([lineItem('reopen', { reason: 'nhầm' }, {}), lineItem('close', {}, {})])).toEqual(['present', 'unexcused']);
  });

  it('names who holds the phone before all others', () => {
    expect(selfFirst(board([]).rows, '3').map((row) => row.member_id)).toEqual(['3', '1', '2']);
  });

  it('takes the last of several marks of one member', () => {
    expect(board([mark('2', 'present'), mark('2', 'excused')]).rows[1]?.state).toBe('excused');
  });

  it('keeps what the server knows where a mark was refused, and shows the refusal on the line', () => {
    const seen = board([mark('1', 'excused', { state: 'refused', code: 'wrong_state' })]);
    expect(seen.rows[0]).toMatchObject({ state: 'present', method: 'qr', mark: { code: 'wrong_state' } });
    expect(seen.counts.present).toBe(1);
  });

  it('leaves how, when and by whom to what the member has proved, whether the mark says the same or marks everybody else', () => {
    const late = { ...roll, items: roll.items.map((one) => (one.member_id === '1' ? { ...one, state: 'late' as const } : one)) };
    const all = lineItem('mark', { member_id: '1', state: 'present', together: true }, {});
    const one = lineItem('mark', { member_id: '1', state: 'present' }, {});
    expect(board([one]).rows[0]).toMatchObject({ state: 'present', method: 'qr', recorded_by: roll.items[0]?.recorded_by });
    expect(board([all], late).rows[0]).toMatchObject({ state: 'late', method: 'qr' });
    expect(board([one], late).rows[0]).toMatchObject({ state: 'present', method: 'secretary', recorded_by: '9' });
  });

  it('leaves a sent mark to the roll once the roll is newer', () => {
    const sent = (at: string) => mark('2', 'present', { state: 'done', sent_at: at });
    expect(board([sent('2026-12-03T12:30:01.000Z')]).rows[1]?.state).toBe('present');
    expect(board([sent('2026-12-03T12:29:59.000Z')]).rows[1]?.state).toBeNull();
  });

  it('counts only official members for the quorum', () => {
    expect(board([mark('3', 'present')]).quorum?.reached).toBe(false);
  });

  it('counts the quorum anew without a network, by what was fixed with the meeting, then by what is in force', () => {
    const half: StoredRoll = { ...roll, quorum_share: '1/2' };
    expect(board([], half).quorum).toEqual({ due: 2, present: 1, required: 1, reached: true });
    const seen = buildBoard({ meeting, roll, members: [], items: [mark('2', 'excused')], self: null, share: '1/1' });
    expect(seen.quorum).toEqual({ due: 2, present: 1, required: 2, reached: false });
  });

  it('tells the quorum as the server counted it where it holds only a part of the lines', () => {
    const part: StoredRoll = { ...roll, next: 'c', quorum: { required: 400, reached: true }, official_due: 600, official_present: 410 };
    expect(board([], part).quorum).toEqual({ due: 600, present: 410, required: 400, reached: true });
    expect(board([], { ...roll, next: 'c' }).quorum).toBeNull();
  });

  it('is made from the member list where the roll was never fetched', () => {
    const members = [
      { id: '1', full_name: 'Đặng Thị Ngẫm', status: 'official', organization_id: '3' },
      { id: '4', full_name: 'Phạm Văn Nghỉ', status: 'exempt', organization_id: '3' },
      { id: '5', full_name: 'Đã Chuyển', status: 'transferred', organization_id: '3' },
      { id: '6', full_name: 'Chi bộ Khác', status: 'official', organization_id: '4' },
    ] as Member[];
    const seen = buildBoard({ meeting, roll: undefined, members, items: [mark('1', 'late')], self: null });
    expect(seen.rows.map((row) => [row.member_id, row.state])).toEqual([['1', 'late'], ['4', 'exempt']]);
    expect(seen.quorum).toEqual({ due: 1, present: 1, required: 1, reached: true });
    expect(seen).toMatchObject({ asOf: null, counts: { summoned: 2, late: 1, exempt: 1 } });
  });

  it('finds names without diacritics and filters', () => {
    const { rows } = board([]);
    expect(pick(rows, 'dang ngam', 'all').map((row) => row.member_id)).toEqual(['1']);
    expect(pick(rows, '', 'missing').map((row) => row.member_id)).toEqual(['2', '3']);
    expect(pick(rows, '', 'there').map((row) => row.member_id)).toEqual(['1']);
    expect(pick(rows, '', 'away')).toEqual([]);
  });

  it('offers "exempt" only for whom the record frees', () => {
    const offered = (status: RollItem['status']) => statesFor(line('1', 'A', { status }), markableStates(meeting)).includes('exempt');
    expect((['official', 'probationary', 'temporary_in'] as const).map(offered)).toEqual([false, false, false]);
    expect((['exempt', 'temporary_out', 'transferred'] as const).map(offered)).toEqual([true, true, true]);
  });

  it('offers to take back what was written by hand, in a running meeting alone', () => {
    const offered = (changes: Partial<RollItem>, of: Partial<Meeting> = {}) =>
      mayTakeBack(line('1', 'A', { state: 'present', method: 'secretary', ...changes }), { state: 'open', can: ['mark'], ...of } as Meeting);
    expect([offered({}), offered({ method: 'sheet' }), offered({ state: 'unexcused' })]).toEqual([true, true, true]);
    expect([offered({ method: 'qr' }), offered({ method: 'request' }), offered({ state: null, method: null })]).toEqual([false, false, false]);
    expect([offered({}, { state: 'closed' }), offered({}, { state: 'convened' }), offered({}, { can: [] })]).toEqual([false, false, false]);
  });

  it('offers as chair and minute-taker two people who are in the room, or not recorded yet', () => {
    const rows = [
      line('1', 'A', { state: 'present' }), line('2', 'B'), line('3', 'C', { state: 'excused' }), line('4', 'D', { state: 'exempt' }),
      line('5', 'E', { state: 'late', left_at: '2026-12-03T13:00:00Z' }), line('6', 'F', { state: 'late' }),
    ];
    const offered = (chosen: string | null, other: string | null) => eligible(rows, chosen, other).map((row) => row.member_id);
    expect(offered(null, null)).toEqual(['1', '2', '6']);
    expect(offered(null, '1')).toEqual(['2', '6']);
    expect(offered('3', '1')).toEqual(['2', '3', '6']);
  });

  it('names the chair and the minute-taker who are recorded as not being there', () => {
    const rows = [line('1', 'A', { state: 'present' }), line('2', 'B'), line('3', 'C', { state: 'excused' }), line('4', 'D', { state: 'unexcused' })];
    const away = (chair: string | null, minute_taker: string | null) => awayOfficers(rows, { chair, minute_taker }).map((row) => row.member_id);
    expect(away('1', '2')).toEqual([]);
    expect(away('3', '1')).toEqual(['3']);
    expect(away('3', '4')).toEqual(['3', '4']);
    expect(away(null, null)).toEqual([]);
  });

  it('lets nobody be marked as present before the meeting is open', () => {
    expect(markableStates({ ...meeting, state: 'convened' })).toEqual(['excused', 'exempt']);
    expect(markableStates({ ...meeting, can: [] })).toEqual([]);
  });
});
