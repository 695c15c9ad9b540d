import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { iconNames } from './icons';

const here = import.meta.url;
const sprite = readFileSync(new URL('./icons.svg', here), 'utf8');

test('the sprite draws every name of the list and no other', () => {
  const drawn = [...sprite.matchAll(/<symbol id="([^"]+)"/g)].map((match) => match[1]);
  expect(drawn).toEqual([...iconNames]);
});

test('every drawing stands on the same grid and takes its colour from the text', () => {
  const symbols = sprite.match(/<symbol .*?<\/symbol>/g) ?? [];
  expect(symbols).toHaveLength(iconNames.length);
  for (const symbol of symbols) {
    expect(symbol).toContain('viewBox="0 0 24 24"');
    expect(symbol).not.toMatch(/#[0-9a-f]{3,6}|rgb\(|style=/i);
  }
});
