import { expect, test } from 'vitest';
import type { MinutesSection } from '$api/minutes-shapes';
import cases from '../../../../tests/data/minutes/compose.json';
import merging from '../../../../tests/data/minutes/merge.json';
import { compose, percent, type Facts } from './compose';
import { composeAgain, unheard } from './merge';

test.each(cases)('the phone writes word by word what the server writes: $name', ({ facts, sections }) => {
  expect(compose(facts as Facts)).toEqual(sections);
});

test.each(merging)('the phone brings a text up to date as the server does: $name', ({ old, fresh, agreed, keep_heard, expected, unheard: said }) => {
  const before = structuredClone(old);
  const again = composeAgain(old as MinutesSection[], fresh, agreed, keep_heard);
  expect(again).toEqual(expected);
  expect(unheard(old as MinutesSection[], again)).toBe(said);
  expect(old).toEqual(before);
});

test.each([[2, 3, '66,7'], [1, 2, '50'], [0, 0, '0'], [18, 18, '100'], [1, 8, '12,5']])('%i of %i is %s percent', (part, whole, told) => {
  expect(percent(part, whole)).toBe(told);
});
