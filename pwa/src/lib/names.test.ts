import { describe, expect, it } from 'vitest';
import cases from '../../../tests/data/members/name_marks.json';
import { bearerOf, nameMarks, withMark } from './names';

describe('two of one name', () => {
  it.each(cases)('$name', ({ people, marks }) => {
    expect(Object.fromEntries(nameMarks(people))).toEqual(marks);
  });

  it('are shown with what tells them apart behind the name', () => {
    expect(withMark('Nguyễn Văn Hòa', '1962')).toBe('Nguyễn Văn Hòa (1962)');
    expect(withMark('Nguyễn Văn Hòa', null)).toBe('Nguyễn Văn Hòa');
    expect(bearerOf('1', 'A', { birth_date: '1962-05-01', card_number: '99.1' })).toMatchObject({ birth_year: 1962, card_number: '99.1' });
    expect(bearerOf('1', 'A')).toMatchObject({ birth_year: null, card_number: null });
  });
});
