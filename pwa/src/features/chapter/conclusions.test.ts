import { describe, expect, it } from 'vitest';
import { notIn, withArticles } from './conclusions';

const AGENDA = [{ id: 'b', position: 2 }, { id: 'a', position: 1 }, { id: 'c', position: 3 }];
const OPENING = 'Chi bộ họp, thảo luận và thống nhất quyết nghị:';
const VOTE = 'Thông qua nghị quyết: 13/19 đảng viên chính thức biểu quyết đồng ý.';

describe('conclusions that came later', () => {
  it('are those that the text does not have, in the order of the agenda, whatever the spaces', () => {
    const conclusions = { b: 'Giao tổ 4\nrà soát.', a: 'Thống nhất.', c: 'Lắp đèn.' };
    expect(notIn(`${OPENING}\n1. Giao tổ 4 rà soát.`, AGENDA, conclusions, new Set(['Lắp đèn.']))).toEqual(['Thống nhất.']);
    expect(notIn('', AGENDA, conclusions, new Set(['Giao tổ 4 rà soát.']))).toEqual(['Thống nhất.', 'Lắp đèn.']);
  });

  it('keep the lines in which they were dictated', () => {
    const [text = ''] = notIn('', AGENDA, { a: ' Giao tổ 4:\n\n- rà  soát;\n- báo cáo. ' }, new Set());
    expect(text).toBe('Giao tổ 4:\n- rà soát;\n- báo cáo.');
    expect(withArticles(OPENING, [text])).toBe(`${OPENING}\n1. Giao tổ 4:\n- rà soát;\n- báo cáo.`);
  });

  it('become articles behind the others, before the votes', () => {
    expect(withArticles(`${OPENING}\n1. Một.\nthêm.\n${VOTE}`, ['Hai.', 'Ba.'])).toBe(`${OPENING}\n1. Một.\nthêm.\n2. Hai.\n3. Ba.\n${VOTE}`);
    expect(withArticles(`${OPENING}\n1. Một.\n`, ['Hai.'])).toBe(`${OPENING}\n1. Một.\n2. Hai.`);
  });

  it('take the place of the number that waits for its text, and begin a text without any', () => {
    expect(withArticles(`${OPENING}\n1. \n${VOTE}`, ['Một.'])).toBe(`${OPENING}\n1. Một.\n${VOTE}`);
    expect(withArticles(`${OPENING}`, ['Một.'])).toBe(`${OPENING}\n1. Một.`);
  });
});
