import { describe, expect, it } from 'vitest';
import type { MinutesSection } from '$api/minutes-shapes';
import { drawnTo, isDrawn, onPad, pathOf } from './pad';
import { bodyOf, broughtBack, differing, headsWords, mergeOurs, originOf, oursOver, printed, withNew, without, withText } from './text';

const fact = (id: string, text: string) => ({ id, text, is_heading: false, facts: text, removed: false, differs: false });
const section: MinutesSection = { key: 'opening', title: 'Mở đầu', paragraphs: [fact('a', 'Một.'), fact('b', 'Hai.')] };

describe('a section of minutes', () => {
  it('says which words are from the facts, edited, or one\'s own', () => {
    const edited = withNew(withText(section, 'a', 'Một, sửa.'), 'a', 'Xen vào.');
    expect(edited.paragraphs.map(originOf)).toEqual(['edited', 'own', 'facts']);
    expect(printed(edited).map((one) => one.text)).toEqual(['Một, sửa.', 'Xen vào.', 'Hai.']);
  });

  it('calls edited only what a person changed, and counts what says something else than the facts', () => {
    const heard = { ...fact('b', 'Hai.'), facts: 'Hai mới.', differs: true, by_hand: false };
    const gone = { ...fact('c', 'Về sớm lúc 23 giờ.'), facts: null, differs: true, by_hand: false };
    const moved = { ...section, paragraphs: [heard, gone] };
    expect(moved.paragraphs.map(originOf)).toEqual(['facts', 'facts']);
    expect(differing([moved, section]).map((one) => one.id)).toEqual(['b', 'c']);
    const kept = without(withText(moved, 'b', 'Hai.'), 'c');
    expect(kept.paragraphs.map((one) => [originOf(one), one.differs])).toEqual([['edited', false]]);
    expect(bodyOf(kept).paragraphs).toEqual([{ id: 'b', text: 'Hai.', removed: false, differs: false }]);
  });

  it('leaves facts out so that they can be brought back, and lets own words go', () => {
    const left = without(section, 'a');
    expect(printed(left).map((one) => one.id)).toEqual(['b']);
    expect(printed(broughtBack(left, 'a')).map((one) => one.id)).toEqual(['a', 'b']);
    const own = withNew(section, null, 'Thêm.');
    expect(without(own, own.paragraphs[2]?.id ?? '').paragraphs).toHaveLength(2);
  });

  it('sets a heading only over words of its own', () => {
    const item = (id: string) => ({ ...fact(id, `${id}.`), is_heading: true });
    const words = [item('1'), item('2'), fact('note', 'Đồng ý.'), item('3')];
    expect(words.map((_, index) => headsWords(words, index))).toEqual([false, true, false, false]);
  });

  it('goes into one change together with the other sections that wait', () => {
    const waiting = { sections: [{ key: 'closing', paragraphs: [] }, bodyOf(section)] };
    const merged = mergeOurs(waiting, bodyOf(withText(section, 'b', 'Hai, sửa.')));
    expect(merged.map((one) => one.key)).toEqual(['closing', 'opening']);
    expect(merged[1]?.paragraphs[1]?.text).toBe('Hai, sửa.');
  });

  it('can be laid over somebody else\'s version without losing where its words come from', () => {
    const [, theirs] = withText(section, 'b', 'Hai của người khác.').paragraphs;
    const [, ours] = bodyOf(withText(section, 'b', 'Hai của tôi.')).paragraphs;
    expect(ours && oursOver(theirs, ours)).toMatchObject({ text: 'Hai của tôi.', facts: 'Hai.', by_hand: true });
  });
});

describe('the pad', () => {
  it('gives path data inside the pad, whatever the size of the screen', () => {
    const box = { left: 10, top: 20, width: 500, height: 200 };
    const stroke = [{ x: 10, y: 20 }, { x: 260, y: 120 }, { x: 9999, y: 9999 }].map((one) => onPad(one, box));
    expect(pathOf([stroke])).toBe('M0 0L500 200L1000 400');
  });

  it('takes a signature and not a touch', () => {
    expect(isDrawn([[[10, 10], [12, 11]]])).toBe(false);
    const long = Array.from({ length: 20 }, (_, n) => [n * 20, 100] as const);
    expect(isDrawn([long])).toBe(true);
  });

  it('adds no point that cannot be seen', () => {
    expect(drawnTo([[10, 10]], [11, 11])).toHaveLength(1);
    expect(drawnTo([[10, 10]], [30, 30])).toHaveLength(2);
  });
});
