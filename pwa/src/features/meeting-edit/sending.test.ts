import { expect, test } from 'vitest';
import { withChosen, type Sending } from './sending';

const file = (name: string): File => new File(['x'], name);
const row = (name: string, error: string | null): Sending => ({ id: name, file: file(name), progress: null, error, passing: false });

test('a new try of a refused file takes its place, and what is on its way stays', () => {
  const before = [row('a.pdf', 'refused'), row('b.pdf', 'refused'), row('c.pdf', null)];
  const after = withChosen(before, [file('b.pdf'), file('c.pdf')]);
  expect(after.map((one) => [one.file.name, one.error])).toEqual([['a.pdf', 'refused'], ['c.pdf', null], ['b.pdf', null], ['c.pdf', null]]);
  expect(new Set(after.map((one) => one.id)).size).toBe(4);
});
