import { expect, test } from 'vitest';
import { once } from './once';

test('a second tap while the first is under way begins nothing, and one after it does', async () => {
  const ends: (() => void)[] = [];
  const act = once(() => new Promise<void>((end) => ends.push(end)));
  const taps = [act(), act()];
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await Promise.all(taps);
  void act();
  expect(ends).toHaveLength(2);
});

test('an act that failed can be tried again', async () => {
  let tries = 0;
  const act = once(() => (tries++ === 0 ? Promise.reject(new Error('full')) : Promise.resolve()));
  await expect(act()).rejects.toThrow('full');
  await act();
  expect(tries).toBe(2);
});
