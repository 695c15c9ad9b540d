import { describe, expect, it } from 'vitest';
import shared from '../../../../tests/data/scores/joined.json';
import { boundsOf, gradeOf, inWords, joined, paperError, scoresMeeting, shown, tellsApart } from './rules';

const count = ([sheets = 0, points = 0]: number[]): { sheets: number; points: number } => ({ sheets, points });

describe('phones and paper added up, as on the server', () => {
  it.each(shared.cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const found = joined(count(one.by_phone), one.on_paper && count(one.on_paper));
    expect(found && [found.sheets, found.points, found.method, shown(found), gradeOf(found, shared.bounds), inWords(shown(found))]).toEqual(one.is);
  });

  it('knows when a correction tells what one or two sheets gave, to whoever heard the score before', () => {
    expect([[24, 25], [24, 22], [24, 27], [24, 24], [2, 3]].map(([before = 0, after = 0]) => tellsApart(before, after))).toEqual([true, true, false, false, false]);
  });

  it('takes the bounds of the organisation where the phone knows them', () => {
    expect(boundsOf({ 'score.good_from': 80, 'score.fair_from': 60 })).toEqual({ good: 80, fair: 60, average: 50 });
  });
});

describe('the item under which the meeting is scored, as on the server', () => {
  it.each(shared.items.map((one) => [one.title, one.scores] as const))('%s', (title, scores) => expect(scoresMeeting({ title })).toBe(scores));
});

describe('what is wrong with a count of paper sheets', () => {
  const here = { byPhone: 0, open: false, present: 10 };
  it.each([
    [{ sheets: 10, points: 1000 }, here, null],
    [{ sheets: NaN, points: 5 }, here, 'missing'],
    [{ sheets: 0, points: 0 }, here, 'missing'],
    [{ sheets: 4, points: 401 }, here, 'too_many_points'],
    [{ sheets: 11, points: 900 }, here, 'more_than_present'],
    [{ sheets: 2, points: 180 }, here, 'too_few'],
    [{ sheets: 2, points: 180 }, { ...here, open: true }, null],
    [{ sheets: 1, points: 90 }, { ...here, byPhone: 9 }, null],
    [{ sheets: 2, points: 90 }, { ...here, byPhone: 9 }, 'more_than_present'],
    // Two by phone do not count: those members are asked to fill in paper as well.
    [{ sheets: 10, points: 900 }, { ...here, byPhone: 2 }, null],
  ] as const)('%j with %j: %s', (given, known, expected) => expect(paperError(given, known)).toBe(expected));
});
