import { describe, expect, it } from 'vitest';
import type { Site, SiteCounts } from '$api/conference-shapes';
import type { MeetingAct } from '$api/shapes';
import { en } from './messages.en';
import { vi } from './messages';
import { countOf } from './count';
import { nextAct } from './paths';
import { cardsIn, pickSites, progressOf } from './sites';

const none: SiteCounts = {
  delegates: 10, present: 0, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 10, at_other_sites: 0, from_other_sites: 0,
};
function site(number: number, name: string, counts: Partial<SiteCounts> = {}, more: Partial<Site> = {}): Site {
  return {
    id: String(number), meeting_id: '9', number, name, address: null, online_url: null, hosts: [], opened_at: null, etag: '"1"',
    counts: { ...none, ...counts }, ...more,
  };
}
const sites = [
  site(1, 'Điểm cầu Đảng ủy phường Mẫu'),
  site(2, 'Điểm cầu xã Thử', { present: 3, not_recorded: 7 }, { address: 'Hội trường Ủy ban, số 4 đường Hòa Bình' }),
  site(12, 'Điểm cầu trường học', { present: 9, late: 1, not_recorded: 0 }, { hosts: [{ member_id: '5', full_name: 'Đỗ Thị Ước', card_number: null, phone: null }] }),
];

describe('the sites of a conference', () => {
  it('are empty until somebody is there, from wherever he or she comes', () => {
    expect(sites.map(progressOf)).toEqual(['empty', 'missing', 'complete']);
    expect(progressOf(site(3, 'Khác', { from_other_sites: 1 }))).toBe('missing');
    expect(progressOf(site(4, 'Vắng', { present: 1, at_other_sites: 1, not_recorded: 9 }))).toBe('empty');
  });
  it('are found by name, address, number or host, without diacritics', () => {
    const found = (question: string): number[] => pickSites(sites, question, 'all').map((one) => one.number);
    expect(found('dang uy')).toEqual([1]);
    expect(found('hoa binh')).toEqual([2]);
    expect(found('uoc')).toEqual([12]);
    expect(found('12')).toEqual([12]);
    expect(found('')).toEqual([1, 2, 12]);
    expect(pickSites(sites, 'diem cau', 'missing').map((one) => one.number)).toEqual([2]);
  });
});

describe('the head-count of a site', () => {
  const line = (own: string, at: string, state: 'present' | 'late' | 'excused' | null) => ({ home_site_id: own, site_id: at, state });
  it('tells own delegates, those who sit elsewhere, and those who came from elsewhere', () => {
    const lines = [
      line('1', '1', 'present'), line('1', '1', 'late'), line('1', '2', 'present'), line('1', '1', 'excused'), line('1', '1', null),
      line('2', '1', 'present'), line('2', '2', 'present'), line('2', '1', 'excused'),
    ];
    expect(countOf(lines, '1')).toEqual({
      delegates: 5, present: 2, late: 1, excused: 1, unexcused: 0, exempt: 0, not_recorded: 1, elsewhere: 1, from_other_sites: 1, here: 3,
    });
  });
});

it('takes card numbers as they are pasted, each once', () => {
  expect(cardsIn(' 12.345678, 12.345679;\n12.345678\n\n')).toEqual(['12.345678', '12.345679']);
});

it('has every word in English as well', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
});

describe('the next act on a conference', () => {
  it('follows what the server lets this person do, and is nothing for who does not run it', () => {
    const of = (...can: MeetingAct[]): string | null => nextAct({ kind: 'conference', can });
    expect(of('cancel', 'convene', 'edit')).toBe('convene');
    expect(of('cancel', 'edit', 'mark', 'open', 'show_qr')).toBe('open');
    expect(of('close', 'mark', 'show_qr')).toBe('lead');
    expect(of('finalize', 'mark')).toBe('settle');
    expect(of()).toBeNull();
    expect(nextAct({ kind: 'regular', can: ['convene'] })).toBeNull();
  });
});
