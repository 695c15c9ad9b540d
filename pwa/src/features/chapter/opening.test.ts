import { describe, expect, it } from 'vitest';
import { headsIn, laterHeads, withHeads } from './opening';

const BODY = 'Chi bộ Tổ 4, có mặt sớm, họp ngày 03/12/2026, có mặt 31/39 đảng viên, thảo luận và thống nhất quyết nghị:\n1. Giao tổ 4, có mặt 5/6 đảng viên.';

describe('who was there, in the opening sentence of a draft', () => {
  it('is offered as the roll has it by now, and nothing else of the text changes', () => {
    const later = laterHeads(BODY, { there: 32, summoned: 39 });
    expect(later).toEqual({ there: 32, summoned: 39 });
    expect(withHeads(BODY, { there: 32, summoned: 39 })).toBe(BODY.replace('31/39', '32/39'));
    expect(laterHeads(BODY, { there: 31, summoned: 40 })).toEqual({ there: 31, summoned: 40 });
  });

  it('stands where it agrees with the roll, and before anybody is there', () => {
    expect(laterHeads(BODY, { there: 31, summoned: 39 })).toBeNull();
    expect(laterHeads(BODY, { there: 0, summoned: 39 })).toBeNull();
  });

  it('is left alone where somebody put it into other words', () => {
    const own = 'Chi bộ Tổ 4 họp với 31 đồng chí.\n1. Giao tổ 4, có mặt 5/6 đảng viên.';
    expect(headsIn(own)).toBeNull();
    expect(laterHeads(own, { there: 32, summoned: 39 })).toBeNull();
  });

  it('is what this phone begins a draft with as well', () => {
    expect(headsIn('Chi bộ họp ngày 3/12, có mặt 0/22 đảng viên, thảo luận và thống nhất quyết nghị:\n1. ')).toEqual({ there: 0, summoned: 22 });
  });
});
