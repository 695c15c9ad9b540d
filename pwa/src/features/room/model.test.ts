import { describe, expect, it } from 'vitest';
import type { Meeting } from '$api/shapes';
import { foldRoom, type Note } from '$sync/room';
import { clock, closingItem, floorPlace, leftItems, span, speakers, spentOn, votesOnResolution } from './model';

const rows = [
  { member_id: '1', full_name: 'Đặng Thị Ngẫm' }, { member_id: '2', full_name: 'Lê Văn Thử' }, { member_id: '3', full_name: 'Vũ Thị Mới' },
];
const said = (speaker_member_id: string | null, at: number, speaker_name: string | null = null): Note =>
  ({ key: `${at}`, agenda_item_id: '5', speaker_member_id, speaker_name, text: 'Đồng ý.', at });

describe('who is likely to speak', () => {
  it('names who spoke last first, then the roll, then guests', () => {
    const found = speakers(rows, [{ key: 'g', name: 'Đại diện Đảng ủy', from: null }], [said('3', 10), said('2', 20)], '');
    expect(found.map((one) => [one.name, one.recent])).toEqual([
      ['Lê Văn Thử', true], ['Vũ Thị Mới', true], ['Đặng Thị Ngẫm', false], ['Đại diện Đảng ủy', false],
    ]);
  });

  it('finds a speaker without diacritics', () => {
    expect(speakers(rows, [], [], 'dang ngam').map((one) => one.id)).toEqual(['1']);
  });
});

describe('an item of which nothing is written', () => {
  const agenda = ['Mở đầu', 'Báo cáo', 'Kiểm điểm', 'Thảo luận', 'Xét kết nạp', 'Tin tức', 'Bế mạc'].map((title, index) =>
    ({ id: `${index + 1}`, title, position: index + 1, dropped: index === 5 }));
  const meeting = { agenda: [...agenda, { id: 'floor', server_id: '9', title: 'Thêm', position: 8, dropped: false }] } as unknown as Meeting;
  const vote = { title: 'Xét', kind: 'admission' as const, agenda_item_id: '5', agree: 1, disagree: 0, other: 0, denominator: null, reserved: [] };
  const done = { state: 'done' as const, spent: 0, since: null };
  const room = { ...foldRoom([]), items: { 1: done }, conclusions: { 3: 'Nhất trí.' }, notes: [said('1', 1)].map((one) => ({ ...one, agenda_item_id: '4' })), votes: [vote] };

  it('was never begun, and has no note, vote or conclusion', () => {
    expect(leftItems(meeting, room, [], false).map((one) => one.id)).toEqual(['2', 'floor']);
    expect(leftItems(meeting, foldRoom([]), [], false).map((one) => one.id)).toEqual(['1', '2', '3', '4', '5', 'floor']);
  });

  it('was not voted on by phone either, by whatever name the server calls it', () => {
    expect(leftItems(meeting, room, [{ agenda_item_id: '9' }, { agenda_item_id: '2' }], false)).toEqual([]);
  });

  it('is not that of the scoring, once there are sheets', () => {
    const scoring = { id: '8', title: 'Đánh giá, chấm điểm buổi sinh hoạt', position: 9, dropped: false };
    const ends = { ...meeting, agenda: [...meeting.agenda, scoring] } as unknown as Meeting;
    expect(leftItems(ends, room, [], true).map((one) => one.id)).toEqual(['2', 'floor']);
    expect(leftItems(ends, room, [], false).map((one) => one.id)).toEqual(['2', 'floor', '8']);
  });

  it('is not the one that closes the meeting, which lies ahead until it is begun', () => {
    expect(closingItem(meeting, room)?.id).toBe('7');
    expect(closingItem(meeting, { ...room, items: { 7: done } })).toBeUndefined();
  });
});

describe('an item from the floor', () => {
  const titles = ['Khai mạc', 'Thảo luận', 'Chấm điểm', 'Kết luận và bế mạc'];
  const agenda = titles.map((title, index) => ({ id: `${index + 1}`, title, position: index + 1, dropped: index === 2 }));
  const meeting = { agenda } as unknown as Meeting;
  const at = (current_item: string | null, begun: string[] = []): ReturnType<typeof floorPlace> => floorPlace(meeting, {
    ...foldRoom([]), current_item, items: Object.fromEntries(begun.map((id) => [id, { state: 'done' as const, spent: 0, since: null }])),
  });

  it('comes after the one under discussion, over one that was dropped', () => {
    expect(at('1', ['1'])).toMatchObject({ how: 'after', beside: { id: '1' }, before: '2' });
    expect(at('2', ['1', '2'])).toMatchObject({ how: 'after', before: '4' });
    expect(at('4', ['4'])).toMatchObject({ how: 'after', before: null });
  });

  it('comes before the closing while nothing is discussed, and last once that is over or where there is none', () => {
    expect(at(null, ['1'])).toMatchObject({ how: 'before', beside: { id: '4' }, before: '4' });
    expect(at(null, ['1', '4'])).toEqual({ how: 'last', beside: null, before: null });
    expect(floorPlace({ agenda: agenda.slice(0, 2) } as unknown as Meeting, foldRoom([]))).toMatchObject({ how: 'last' });
  });
});

describe('the clock of an item', () => {
  it('counts finished stretches and the running one', () => {
    expect(spentOn({ state: 'started', spent: 60_000, since: 1000 }, 31_000)).toBe(90_000);
    expect(spentOn({ state: 'done', spent: 60_000, since: null }, 31_000)).toBe(60_000);
    expect(spentOn(undefined, 5)).toBe(0);
  });

  it('is read as minutes and seconds, and said in words', () => {
    expect(clock(425_000)).toBe('7:05');
    expect(clock(3_729_000)).toBe('1:02:09');
    expect(span(3_729_000)).toBe('1 giờ 2 phút');
    expect(span(59_000)).toBe('0 phút');
  });
});

describe('the item under which the meeting votes on its resolution', () => {
  const item = (title: string) => ({ id: '1', position: 1, title, presenter: null, minutes: 10, body: null });

  it.each(['Biểu quyết thông qua nghị quyết', 'Thông qua dự thảo Nghị quyết của chi bộ', 'BIỂU QUYẾT NGHỊ QUYẾT THÁNG 12'])(
    'is known by its words: %s', (title) => expect(votesOnResolution(item(title))).toBe(true),
  );

  it.each(['Kiểm điểm việc thực hiện nghị quyết tháng trước', 'Học tập nghị quyết', 'Biểu quyết kết nạp đảng viên'])(
    'is not one that only names a resolution or a vote: %s', (title) => expect(votesOnResolution(item(title))).toBe(false),
  );
});
