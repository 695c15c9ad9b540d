import { describe, expect, it } from 'vitest';
import { csvOf, slug } from './files';
import { choosable, monthOf, shiftMonth, thisMonth } from './months';
import { membersPath } from './paths';
import { phoneText } from '$lib/phone';
import { currentOffices, inForce, listLine } from './members/record';
import type { Member } from '$api/shapes';
import { attended, due } from './counts';
import { capital, percent } from './words';

describe('months', () => {
  it('goes over the turn of the year in both directions', () => {
    expect(shiftMonth('2026-12', 1)).toBe('2027-01');
    expect(shiftMonth('2026-01', -1)).toBe('2025-12');
    expect(shiftMonth('2026-03', -15)).toBe('2024-12');
  });
  it('is the month of the zone, not of Greenwich', () => {
    expect(thisMonth('Asia/Ho_Chi_Minh', new Date('2026-11-30T18:00:00Z'))).toBe('2026-12');
  });
  it('takes this month for one that is none', () => {
    for (const asked of ['', '2026-13', '2026-1', 'x', '2026-00']) {
      expect(monthOf(new URLSearchParams({ month: asked }))).toBe(thisMonth());
    }
    expect(monthOf(new URLSearchParams({ month: '2026-02' }))).toBe('2026-02');
  });
  it('offers the newest first and always the chosen one', () => {
    expect(choosable('2026-11', 3, '2026-11')).toEqual(['2026-12', '2026-11', '2026-10']);
    expect(choosable('2020-01', 2, '2026-11')).toEqual(['2026-12', '2026-11', '2020-01']);
  });
});

describe('files', () => {
  it('writes a table that Excel reads as Unicode and never as a formula', async () => {
    const blob = csvOf([['Tên', 'Dòng'], ['=1+1', 2], ['a,"b"', 3]]);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder().decode(bytes)).toBe('Tên,Dòng\r\n\'=1+1,2\r\n"a,""b""",3\r\n');
  });
  it('names files without diacritics', () => {
    expect(slug('Đảng bộ Sở Nội vụ (Khối)')).toBe('dang-bo-so-noi-vu-khoi');
  });
});

describe('words', () => {
  it('writes shares with one place at most and a dash for none', () => {
    expect(percent(0.9691)).toBe('96,9\u00a0%');
    expect(percent(1)).toBe('100\u00a0%');
    expect(percent(null)).toBe('–');
  });
  it('begins with a capital, also one with a mark', () => {
    expect(capital('đã họp')).toBe('Đã họp');
  });
  it('groups telephone numbers as people read them', () => {
    expect(phoneText('+84912345678')).toBe('0912 345 678');
    expect(phoneText('+442071234567')).toBe('+442071234567');
  });
});

describe('members', () => {
  it('asks for the whole subtree and leaves out what is empty', () => {
    expect(membersPath('7', { q: '  ', below: true })).toBe('/api/organizations/7/members?limit=50&below=true');
    expect(membersPath('7', { q: 'bình', status: 'official', cursor: 'x' })).toBe(
      '/api/organizations/7/members?limit=50&q=b%C3%ACnh&status=official&cursor=x',
    );
  });
  it('holds an office on its first and on its last day', () => {
    const office = { organization_id: '1', title: 'secretary' as const, from: '2026-01-01', to: '2026-06-30' };
    expect(['2025-12-31', '2026-01-01', '2026-06-30', '2026-07-01'].map((day) => inForce(office, day))).toEqual([
      false, true, true, false,
    ]);
  });
  it('names where an office is held, unless the screen says it', () => {
    const office = { organization_id: '3', organization_name: 'Chi bộ Ấp 3', title: 'secretary' as const, from: '2026-01-01', to: null };
    const member = { organization_id: '3', organization_name: 'Chi bộ Ấp 3', offices: [office] } as Member;
    expect(currentOffices(member)).toBe('Bí thư Chi bộ Ấp 3');
    expect(listLine(member, '1')).toBe('Bí thư Chi bộ Ấp 3');
    expect(listLine(member, '3')).toBe('Bí thư');
    expect(listLine({ ...member, offices: [] }, '1')).toBe('Chi bộ Ấp 3');
    expect(listLine({ ...member, organization_id: '4', organization_name: 'Chi bộ Ấp 4' }, '1')).toBe('Bí thư Chi bộ Ấp 3 · Chi bộ Ấp 4');
  });
});

describe('counts', () => {
  it('take who came late for present, and who is exempt for not due', () => {
    const figures = { summoned: 25, present: 19, late: 4, exempt: 1 };
    expect([attended(figures), due(figures)]).toEqual([23, 24]);
  });
});
