import { expect, test } from 'vitest';
import type { MinutesSection } from '$api/minutes-shapes';
import { askedOf, joined } from './conflict';
import { bodyOf, printed, withNew, without, withText } from './text';

const fact = (id: string, text: string) => ({ id, text, is_heading: false, facts: text, removed: false, differs: false, by_hand: false });
const base: MinutesSection = { key: 'content', title: 'Nội dung', paragraphs: [fact('a', 'Một.'), fact('b', 'Hai.'), fact('c', 'Ba.')] };
const words = (sections: readonly MinutesSection[]): string[] => sections.flatMap(printed).map((one) => one.text);

test('what only one of two changed is not asked, and both changes stand', () => {
  const ours = [bodyOf(withNew(withText(base, 'a', 'Một của tôi.'), 'a', 'Thêm của tôi.'))];
  const theirs = [withNew(without(withText(base, 'b', 'Hai của bạn.'), 'c'), null, 'Thêm của bạn.')];
  expect(askedOf(ours, theirs, [bodyOf(base)])).toEqual([]);
  expect(words(joined(ours, theirs, [bodyOf(base)], {}))).toEqual(['Một của tôi.', 'Thêm của tôi.', 'Hai của bạn.', 'Thêm của bạn.']);
});

test('only the paragraph that both changed is asked, and each choice is carried out', () => {
  const ours = [bodyOf(without(withText(base, 'a', 'Một của tôi.'), 'b'))];
  const theirs = [withText(withText(base, 'a', 'Một của bạn.'), 'b', 'Hai của bạn.')];
  const asked = askedOf(ours, theirs, [bodyOf(base)]);
  expect(asked.map(({ mine, theirs: other }) => [mine, other])).toEqual([['Một của tôi.', 'Một của bạn.'], [null, 'Hai của bạn.']]);
  expect(words(joined(ours, theirs, [bodyOf(base)], {}))).toEqual(['Một của tôi.', 'Ba.']);
  const sides = { [asked[0]?.id ?? '']: 'theirs', [asked[1]?.id ?? '']: 'mine' };
  expect(words(joined(ours, theirs, [bodyOf(base)], sides))).toEqual(['Một của bạn.', 'Ba.']);
  expect(joined(ours, theirs, [bodyOf(base)], Object.fromEntries(asked.map(({ id }) => [id, 'theirs'])))).toEqual([]);
});

test('where nobody knows what both began with, every paragraph that differs is asked', () => {
  const theirs = [withText(base, 'c', 'Ba của bạn.')];
  expect(askedOf([bodyOf(base)], theirs, []).map(({ mine, theirs: other }) => [mine, other])).toEqual([['Ba.', 'Ba của bạn.']]);
});

test('what both changed to the same is not asked', () => {
  const same = withText(base, 'a', 'Một mới.');
  expect(askedOf([bodyOf(same)], [same], [bodyOf(base)])).toEqual([]);
  expect(joined([bodyOf(same)], [same], [bodyOf(base)], {})).toEqual([]);
});
