import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const here = import.meta.url;
const css = readFileSync(new URL('./tokens.css', here), 'utf8');

/** Colour tokens of the block that opens with `start`. */
function colours(start: string): Record<string, string> {
  const from = css.indexOf(start);
  if (from < 0) throw new Error(`no block ${start} in tokens.css`);
  const block = css.slice(from, css.indexOf('}', from));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6});/g)].map((match) => [match[1], match[2]]),
  );
}

/** Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2, "relative luminance"). */
function luminance(hex: string): number {
  const full = hex.length === 4 ? `#${[...hex.slice(1)].map((digit) => digit + digit).join('')}` : hex;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(full.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** [foreground, background, least contrast]: 4.5 for words, 3 for the edge of a control (WCAG 1.4.3 and 1.4.11). */
const pairs: [string, string, number][] = [
  ...['ink', 'muted', 'accent'].flatMap((ink) =>
    ['paper', 'surface', 'sunken'].map((ground): [string, string, number] => [ink, ground, 4.5]),
  ),
  ['on-accent', 'accent-fill', 4.5],
  ['on-accent', 'accent-press', 4.5],
  ['paper', 'ink', 7],
  ...['accent', 'good', 'warn'].flatMap((tone): [string, string, number][] => [
    [tone, `${tone}-soft`, 4.5],
    [tone, 'surface', 4.5],
    [tone, 'paper', 4.5],
    ['ink', `${tone}-soft`, 7],
  ]),
  ['edge', 'paper', 3],
  ['edge', 'surface', 3],
  ['muted', 'line', 3],
];

describe.each([
  ['light', ':root {'],
  ['dark', ":root[data-theme='dark'] {"],
])('%s scheme', (_name, start) => {
  const scheme = { ...colours(':root {'), ...colours(start) };
  test.each(pairs)('%s on %s reaches %f', (foreground, background, least) => {
    expect(contrast(scheme[foreground]!, scheme[background]!)).toBeGreaterThanOrEqual(least);
  });
});

test('the dark scheme of the system and the chosen one are the same', () => {
  const chosen = colours(":root[data-theme='dark'] {");
  const system = colours(":root:not([data-theme='light']) {");
  expect(system).toEqual(chosen);
  expect(Object.keys(chosen).length).toBeGreaterThan(12);
});

/** The app's stylesheets and components, by their path below src/. */
function styled(): [string, string][] {
  const root = new URL('../', here);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(css|svelte)$/.test(path))
    .map((path) => [path, readFileSync(new URL(path, root), 'utf8')]);
}

test('a scheme changes colours and nothing else, so a look in one shows the places of the other', () => {
  const asking = styled().filter(([, source]) => /prefers-color-scheme|\[data-theme/.test(source));
  expect(asking.map(([path]) => path)).toEqual(['styles/tokens.css']);
  for (const start of [":root[data-theme='dark'] {", ":root:not([data-theme='light']) {"]) {
    const from = css.indexOf(start) + start.length;
    const lines = css.slice(from, css.indexOf('}', from)).split(';');
    const named = lines.map((line) => line.trim()).filter(Boolean);
    expect(named.length).toBeGreaterThan(12);
    for (const line of named) expect(line).toMatch(/^(color-scheme: dark|--[\w-]+: #[0-9a-f]{3,6})$/);
  }
});
