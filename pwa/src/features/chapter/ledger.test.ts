import { describe, expect, it } from 'vitest';
import { begun, fate, nameOfTold, spread, type Message, type Told } from './ledger';

const none = { opened: 0, shown: 0, accepted: 0, queued: 0, failed: 0, no_device: 0 };
const told = (kind: Told['kind'], step: string, members: Partial<Told['members']> = {}): Told =>
  ({ kind, step, due_at: '2026-12-01T08:00:00Z', state: 'done', members: { ...none, ...members } });
const message = (state: Message['state'], more: Partial<Message> = {}): Message => ({
  kind: 'meeting_convened', step: 'now', state, reason: null, channel: 'push', device_name: null,
  accepted_at: null, shown_at: null, opened_at: null, ...more,
});
const ZONE = 'Asia/Ho_Chi_Minh';

describe('what was sent of a meeting', () => {
  it('is named by what it says and, for a reminder, by how long before it was', () => {
    expect(nameOfTold(told('meeting_cancelled', 'now'))).toBe('Hủy cuộc họp');
    expect(['2d', '36h', '90m'].map((step) => nameOfTold(told('meeting_reminder', step))))
      .toEqual(['Nhắc trước 2 ngày', 'Nhắc trước 36 giờ', 'Nhắc trước 90 phút']);
  });

  it('is what has begun to go out, the newest first, also when it was given up half way', () => {
    const all = [told('meeting_convened', 'now', { shown: 2 }), told('meeting_changed', 'now', { failed: 1 }), told('meeting_reminder', '1d')];
    expect(begun(all).map((one) => one.kind)).toEqual(['meeting_changed', 'meeting_convened']);
  });

  it('says of how many people it came how far, the farthest first and nothing of nobody', () => {
    expect(spread(told('meeting_convened', 'now', { no_device: 4, shown: 20, opened: 3 })))
      .toBe('đã mở: 3 · máy đã hiện: 20 · không có máy nhận: 4');
  });
});

describe('what became of one message', () => {
  const at = '2026-12-01T08:00:00Z';
  it('has the time of the last that is known of it', () => {
    expect(fate(message('accepted', { accepted_at: at }), ZONE)).toMatch(/^đã gửi, máy chưa báo hiện, 15:00/);
    expect(fate(message('opened', { accepted_at: at, shown_at: at, opened_at: '2026-12-01T09:30:00Z' }), ZONE)).toMatch(/^đã mở, 16:30/);
    expect(fate(message('failed', { reason: 'http_410' }), ZONE)).toBe('gửi không được (Máy không còn nhận thông báo)');
    expect(fate(message('queued', { reason: 'http_429' }), ZONE)).toBe('đang chờ gửi (Dịch vụ thông báo quá tải)');
  });

  it('tells what was taken back, what is switched off, and a mail from what failed', () => {
    expect(fate(message('failed', { reason: 'superseded' }), ZONE)).toContain('tin mới hơn');
    expect(fate(message('no_device', { reason: 'muted' }), ZONE)).toContain('đã tắt');
    expect(fate(message('accepted', { channel: 'email', accepted_at: at }), ZONE)).toMatch(/^đã gửi thư điện tử, /);
  });
});
