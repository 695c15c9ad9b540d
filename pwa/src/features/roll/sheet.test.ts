import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Meeting, Session } from '$api/shapes';
import { clearDatabase, writeMeta } from '$db/database';
import { logOut } from '$sync/account';
import type { BoardRow } from './board';
import { allButKnown, canSign, keepTicks, keptTicks, stillToWrite, toggled, undoSheet, writeSheet } from './sheet';

const append = vi.hoisted(() => vi.fn(async () => []));
vi.mock('$sync/book', () => ({ append, linesOf: () => [] }));
vi.mock('$db/rules', () => ({ inForceAt: async () => ({ rules: { 'attendance.late_after_minutes': 30 }, templates: {} }) }));

const meeting = { id: '5', organization_id: '3', starts_at: '2026-12-05T12:00:00Z' } as Meeting;

function row(member_id: string, state: BoardRow['state']): BoardRow {
  return { member_id, full_name: `Đảng viên ${member_id}`, status: 'official', state, method: null, checked_in_at: null, recorded_at: null, recorded_by: null, flags: [] };
}
const rows = [row('1', null), row('2', 'present'), row('3', 'unexcused'), row('4', 'excused'), row('5', 'exempt')];

describe('a signed sheet of paper', () => {
  beforeEach(() => append.mockClear());

  it('adds whoever is not recorded as being there, after the closing too', () => {
    expect(rows.filter(canSign).map((one) => one.member_id)).toEqual(['1', '3', '4', '5']);
  });

  it('takes all but those who are excused or exempt, who can still be ticked by name', () => {
    const all = allButKnown(rows);
    expect([...all.keys()]).toEqual(['1', '3']);
    expect([...toggled(all, '4').keys()]).toEqual(['1', '3', '4']);
    expect([...toggled(all, '1').keys()]).toEqual(['3']);
  });

  it('leaves alone who checked in while it was being read', () => {
    expect([...stillToWrite(allButKnown(rows), [row('1', 'late'), ...rows.slice(1)]).keys()]).toEqual(['3']);
  });

  it('is written in one go as read off the sheet, late by the rule of the organisation', async () => {
    const after = (minutes: number) => new Date(Date.parse(meeting.starts_at) + minutes * 60_000).toISOString();
    await writeSheet(meeting, new Map([['1', null], ['3', after(30)], ['4', after(31)]]));
    const base = { reason: null, left_at: null, sheet: true };
    expect(append).toHaveBeenCalledExactlyOnceWith('5', [
      { kind: 'mark', data: { ...base, member_id: '1', state: 'present', arrived_at: null } },
      { kind: 'mark', data: { ...base, member_id: '3', state: 'present', arrived_at: after(30) } },
      { kind: 'mark', data: { ...base, member_id: '4', state: 'late', arrived_at: after(31) } },
    ]);
  });

  it('is taken back to what each line said before', async () => {
    await undoSheet('5', [row('1', null), { ...row('4', 'excused'), reason: 'ốm' }]);
    const none = { arrived_at: null, left_at: null };
    expect(append).toHaveBeenCalledExactlyOnceWith('5', [
      { kind: 'mark', data: { member_id: '1', state: null, reason: null, ...none } },
      { kind: 'mark', data: { member_id: '4', state: 'excused', reason: 'ốm', ...none } },
    ]);
  });
});

describe('ticks that are not written yet', () => {
  const session = { account: { id: '1', login: null } } as Session;
  beforeEach(async () => {
    await clearDatabase();
    await writeMeta('session', session);
  });

  it('are found again with their times, each meeting for itself', async () => {
    const signed = new Map([['1', null], ['3', '2026-12-05T12:20:00Z']]);
    await keepTicks('5', signed);
    expect((await keptTicks('5'))?.signed).toEqual(signed);
    expect(await keptTicks('6')).toBeNull();
  });

  it('are gone once nobody is ticked any more', async () => {
    await keepTicks('5', new Map([['1', null]]));
    await keepTicks('5', new Map());
    expect(await keptTicks('5')).toBeNull();
  });

  it('are gone with the log-out and do not come back after it', async () => {
    await keepTicks('5', new Map([['1', null]]));
    await logOut();
    await keepTicks('5', new Map([['3', null]]));
    await writeMeta('session', session);
    expect(await keptTicks('5')).toBeNull();
  });
});
