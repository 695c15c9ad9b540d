import { describe, expect, it } from 'vitest';
import type { Meeting, MeetingState, Resolution } from '$api/shapes';
import { focusOf, nextAct, stepOf } from './focus';

const NOW = Date.parse('2026-12-03T03:00:00Z');
const meeting = (id: string, state: MeetingState, starts_at: string, cell = '3') =>
  ({ id, state, starts_at, ends_at: new Date(Date.parse(starts_at) + 5_400_000).toISOString(), organization_id: cell,
    can: state === 'closed' ? ['finalize', 'mark'] : [] }) as unknown as Meeting;
const none: ReadonlySet<string> = new Set();
const resolution = (meeting_id: string, state: Resolution['state']) => ({ id: `r${meeting_id}`, meeting_id, state }) as Resolution;

describe('the meeting the month is about', () => {
  it('is the open one before all others', () => {
    const rows = [meeting('1', 'convened', '2026-12-03T12:30:00Z'), meeting('2', 'open', '2026-12-03T02:00:00Z')];
    expect(focusOf(rows, [], '3', NOW, none)?.id).toBe('2');
  });
  it('is today’s before one that waits for its resolution, and that before one later in the month', () => {
    const held = meeting('1', 'closed', '2026-11-25T12:30:00Z');
    expect(focusOf([held, meeting('2', 'convened', '2026-12-03T12:30:00Z')], [], '3', NOW, none)?.id).toBe('2');
    expect(focusOf([held, meeting('2', 'convened', '2026-12-20T12:30:00Z')], [], '3', NOW, none)?.id).toBe('1');
    const settled = meeting('1', 'finalized', '2026-11-25T12:30:00Z');
    expect(focusOf([settled, meeting('2', 'convened', '2026-12-20T12:30:00Z')], [resolution('1', 'issued')], '3', NOW, new Set(['1']))?.id).toBe('2');
  });
  it('stays the one that was settled with unsigned minutes, though its resolution is issued, for as long as a resolution waits', () => {
    const [settled, next] = [meeting('1', 'finalized', '2026-11-25T12:30:00Z'), meeting('2', 'convened', '2026-12-20T12:30:00Z')];
    expect(focusOf([settled, next], [resolution('1', 'issued')], '3', NOW, none)?.id).toBe('1');
    const old = meeting('1', 'finalized', '2026-09-05T12:30:00Z');
    expect(focusOf([old, next], [resolution('1', 'issued')], '3', NOW, none)?.id).toBe('2');
  });
  it('is one convened for the day after tomorrow before a resolution that waits', () => {
    const rows = [meeting('1', 'closed', '2026-11-25T12:30:00Z'), meeting('2', 'convened', '2026-12-05T12:30:00Z')];
    expect(focusOf(rows, [], '3', NOW, none)?.id).toBe('2');
  });
  it('stays the one whose resolution is issued until it is settled, however long ago it was held', () => {
    const rows = [meeting('1', 'closed', '2026-09-05T12:30:00Z'), meeting('2', 'convened', '2026-12-20T12:30:00Z')];
    expect(focusOf(rows, [resolution('1', 'issued')], '3', NOW, none)?.id).toBe('1');
  });
  it('is none when everything is done, cancelled or another cell’s', () => {
    const rows = [
      meeting('1', 'finalized', '2026-11-25T12:30:00Z'), meeting('2', 'cancelled', '2026-12-04T12:30:00Z'),
      meeting('3', 'open', '2026-12-03T02:00:00Z', '4'),
    ];
    expect(focusOf(rows, [resolution('1', 'issued')], '3', NOW, new Set(['1']))).toBeNull();
  });
});

describe('the next act', () => {
  const act = (state: MeetingState, starts_at: string, found: Resolution | null = null, signed = state === 'finalized') =>
    nextAct(meeting('1', state, starts_at), found, NOW, signed);
  it('follows the meeting', () => {
    expect(act('draft', '2026-12-05T12:30:00Z')).toBe('convene');
    expect(act('convened', '2026-12-05T12:30:00Z')).toBe('wait');
    expect(act('convened', '2026-12-03T03:59:00Z')).toBe('enter');
    expect(act('open', '2026-12-03T02:00:00Z')).toBe('enter');
    expect(act('closed', '2026-12-02T12:00:00Z')).toBe('minutes');
    expect(act('finalized', '2026-12-02T12:00:00Z')).toBe('draft_resolution');
    expect(act('finalized', '2026-12-02T12:00:00Z', resolution('1', 'draft'))).toBe('issue_resolution');
    expect(act('closed', '2026-12-02T12:00:00Z', resolution('1', 'issued'), true)).toBe('finalize');
    expect(act('finalized', '2026-12-02T12:00:00Z', resolution('1', 'issued'))).toBe('done');
  });
  it('after closing is to read back and sign the minutes, also when the resolution is drafted already', () => {
    expect(act('closed', '2026-12-02T12:00:00Z', resolution('1', 'draft'))).toBe('minutes');
  });
  it('is the minutes as long as they are not signed, also when the resolution is issued or the meeting settled without them', () => {
    const at = '2026-12-02T12:00:00Z';
    expect(act('closed', at, resolution('1', 'issued'))).toBe('minutes');
    expect([act('finalized', at, resolution('1', 'issued'), false), act('finalized', at, null, false)]).toEqual(['minutes', 'minutes']);
  });
  it('stands under the right one of the four steps', () => {
    expect(stepOf(null, null, false)).toBe(0);
    expect(stepOf(meeting('1', 'draft', '2026-12-05T12:30:00Z'), null, false)).toBe(1);
    expect(stepOf(meeting('1', 'open', '2026-12-03T02:00:00Z'), null, false)).toBe(2);
    expect(stepOf(meeting('1', 'closed', '2026-12-02T12:00:00Z'), null, false)).toBe(3);
    expect(stepOf(meeting('1', 'closed', '2026-12-02T12:00:00Z'), resolution('1', 'issued'), false)).toBe(3);
    expect(stepOf(meeting('1', 'closed', '2026-12-02T12:00:00Z'), resolution('1', 'issued'), true)).toBe(4);
  });
});
