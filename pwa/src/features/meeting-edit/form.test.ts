import { describe, expect, it } from 'vitest';
import type { Meeting } from '$api/shapes';
import { agendaOf, bodyOf, check, differences, emptyLine, formOf, merge, proposeSides, totalMinutes, withLine } from './form';
import { startMeeting } from './start';

const ZONE = 'Asia/Ho_Chi_Minh';
const RULES = { rules: { 'meeting.days': [3, 4, 5], 'meeting.minutes_minimum': 90 }, templates: {} };
const meeting = {
  id: '17', organization_id: '3', kind: 'regular', title: 'Sinh hoạt chi bộ tháng 11/2026', state: 'closed',
  starts_at: '2026-11-03T12:30:00Z', ends_at: '2026-11-03T14:00:00Z', place: 'Nhà văn hóa', online_url: null, timezone: ZONE,
  agenda: [
    { id: '2', position: 2, title: 'Thảo luận', presenter: null, minutes: 15, body: null },
    { id: '1', position: 1, title: 'Điểm danh', presenter: 'Thư ký', minutes: 3, body: null },
  ],
} as unknown as Meeting;

const titled = (...titles: string[]) => titles.map((title) => ({ ...emptyLine(), title }));

describe('an item that is added to the agenda', () => {
  it.each([
    [['Điểm danh', 'Kết luận và bế mạc'], 'Việc khác', ['Điểm danh', 'Việc khác', 'Kết luận và bế mạc']],
    [['Điểm danh', 'Thảo luận'], 'Việc khác', ['Điểm danh', 'Thảo luận', 'Việc khác']],
    [['Bế mạc phần một', 'Thảo luận'], 'Việc khác', ['Bế mạc phần một', 'Thảo luận', 'Việc khác']],
    [['Bế mạc'], 'Bế mạc hội nghị', ['Bế mạc', 'Bế mạc hội nghị']],
    [[], 'Việc khác', ['Việc khác']],
  ])('to %j: %s', (before, title, after) => {
    expect(withLine(titled(...before), { ...emptyLine(), title }).map((line) => line.title)).toEqual(after);
  });

  it('stays where it is when it is changed', () => {
    const lines = titled('Điểm danh', 'Bế mạc');
    expect(withLine(lines, { ...lines[1]!, title: 'Kết luận' }).map((line) => line.title)).toEqual(['Điểm danh', 'Kết luận']);
  });
});

describe('the form of a meeting', () => {
  it('says what the meeting says', () => {
    const form = formOf(meeting);
    expect(form).toMatchObject({ date: '2026-11-03', start: '19:30', end: '21:00', days: 0 });
    expect(bodyOf(form, ZONE)).toEqual({
      kind: 'regular', title: meeting.title, starts_at: '2026-11-03T12:30:00.000Z', ends_at: '2026-11-03T14:00:00.000Z',
      place: 'Nhà văn hóa', online_url: null,
    });
    expect(agendaOf(form, true).map((item) => item.id)).toEqual(['1', '2']);
    expect(totalMinutes(form.agenda)).toBe(18);
  });

  it('names what cannot be saved', () => {
    const form = { ...formOf(meeting), title: ' ', end: '19:00', online_url: 'http://x.example' };
    expect(check(form, ZONE, Date.parse('2026-11-21'))).toEqual({
      title: 'missing', end: 'before_start', date: 'past', online_url: 'not_url',
    });
    const today = { ...formOf(meeting), start: '08:00', end: '09:00' };
    expect(check(today, ZONE, Date.parse(`${today.date}T03:00:00Z`))).toEqual({ start: 'past' });
  });
});

describe('a new meeting', () => {
  it('follows the last one of its kind into the next month', () => {
    const { form, from, days } = startMeeting([meeting], '3', 'regular', ZONE, new Date('2026-11-21T03:00:00Z'), RULES);
    expect(from?.id).toBe('17');
    expect(days).toEqual(['2026-12-03', '2026-12-04', '2026-12-05']);
    expect(form).toMatchObject({ date: '2026-12-03', start: '19:30', title: 'Sinh hoạt chi bộ tháng 12/2026', place: 'Nhà văn hóa' });
    expect(form.agenda.every((line) => line.item_id === null)).toBe(true);
  });

  it('is proposed on a day that the committee has set, and offers the day of the last one beside it', () => {
    const later = { ...meeting, starts_at: '2026-11-10T12:30:00Z', ends_at: '2026-11-10T14:00:00Z' };
    const { form, days } = startMeeting([later], '3', 'regular', ZONE, new Date('2026-11-21T03:00:00Z'), RULES);
    expect(form.date).toBe('2026-12-03');
    expect(days).toEqual(['2026-12-03', '2026-12-04', '2026-12-05', '2026-12-10']);
    const fourth = { ...meeting, starts_at: '2026-11-04T12:30:00Z', ends_at: '2026-11-04T14:00:00Z' };
    expect(startMeeting([fourth], '3', 'regular', ZONE, new Date('2026-11-21T03:00:00Z'), RULES).form.date).toBe('2026-12-04');
  });

  it('of a committee, or of another kind, keeps its own day', () => {
    const now = new Date('2026-11-21T03:00:00Z');
    const tenth = { ...meeting, starts_at: '2026-11-10T12:30:00Z', ends_at: '2026-11-10T14:00:00Z' };
    expect(startMeeting([tenth], '3', 'regular', ZONE, now, RULES, false).form.date).toBe('2026-12-10');
    expect(startMeeting([{ ...tenth, kind: 'thematic' }], '3', 'thematic', ZONE, now, RULES).form.date).toBe('2026-12-10');
  });

  it('falls back to the usual days where the month has no such day', () => {
    const last = { ...meeting, starts_at: '2026-01-30T12:30:00Z', ends_at: '2026-01-30T14:00:00Z' };
    expect(startMeeting([last], '3', 'regular', ZONE, new Date('2026-01-31T03:00:00Z'), RULES).form.date).toBe('2026-02-03');
  });

  it('begins from the usual agenda of 90 minutes where there was none', () => {
    const { form, from } = startMeeting([], '3', 'regular', ZONE, new Date('2026-11-21T03:00:00Z'), RULES);
    expect(from).toBeNull();
    expect(totalMinutes(form.agenda)).toBe(90);
    expect(form.title).toBe('Sinh hoạt chi bộ thường kỳ tháng 12/2026');
  });
});

describe('the title of a first meeting', () => {
  const titleOf = (kind: Meeting['kind'], inCell: boolean): string =>
    startMeeting([], '3', kind, ZONE, new Date('2026-11-21T03:00:00Z'), RULES, inCell).form.title;
  it('is that of the kind of organisation', () => {
    expect(titleOf('regular', true)).toBe('Sinh hoạt chi bộ thường kỳ tháng 12/2026');
    expect(titleOf('regular', false)).toBe('Họp thường kỳ tháng 12/2026');
    expect([titleOf('congress', true), titleOf('congress', false)]).toEqual(['Đại hội chi bộ tháng 12/2026', 'Đại hội tháng 12/2026']);
    expect([titleOf('committee', true), titleOf('committee', false)]).toEqual(['Họp chi ủy tháng 12/2026', 'Họp cấp ủy tháng 12/2026']);
  });
});

describe('a new meeting under the committee’s own rules', () => {
  const now = new Date('2026-11-21T03:00:00Z');
  it('is offered on the days that the committee has set, without those the month does not have', () => {
    const rules = { ...RULES, rules: { 'meeting.days': [28, 31] } };
    expect(startMeeting([], '3', 'regular', ZONE, now, rules).days).toEqual(['2026-11-28']);
    expect(startMeeting([], '3', 'regular', ZONE, new Date('2026-02-01T03:00:00Z'), rules).days).toEqual(['2026-02-28']);
  });

  it('begins with the agenda that an organisation above has set, and lasts as long as it must', () => {
    const line = { title: 'Thảo luận', presenter: null, minutes: 100, body: null };
    const rules = { rules: { 'meeting.minutes_minimum': 120 }, templates: { regular: [line] } };
    const { form } = startMeeting([], '3', 'regular', ZONE, now, rules);
    expect(form.agenda).toMatchObject([{ title: 'Thảo luận', presenter: '', minutes: '100' }]);
    expect([form.start, form.end]).toEqual(['19:30', '21:30']);
  });
});

describe('a stale edit', () => {
  const base = formOf(meeting);
  const mine = { ...base, place: 'Hội trường xã', agenda: base.agenda.slice(0, 1) };
  const theirs = { ...base, place: 'Trường học', title: 'Sinh hoạt tháng 11' };

  it('shows every difference and proposes mine where I wrote', () => {
    expect(differences(mine, theirs)).toEqual(['title', 'place', 'agenda']);
    expect(proposeSides(base, mine, theirs)).toEqual({ title: 'theirs', place: 'mine', agenda: 'mine' });
  });

  it('is merged as chosen; an item the other side removed is written anew', () => {
    const merged = merge({ ...mine, agenda: base.agenda }, { ...theirs, agenda: base.agenda.slice(1) }, { title: 'theirs', place: 'mine' });
    expect(merged).toMatchObject({ title: 'Sinh hoạt tháng 11', place: 'Hội trường xã' });
    expect(merged.agenda.map((line) => line.item_id)).toEqual([null, '2']);
  });
});
