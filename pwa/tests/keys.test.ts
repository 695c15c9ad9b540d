import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const here = import.meta.url;
const source = new URL('../src/', here);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.svelte'));
/** The words of a row, or the moment it was written: two rows may have the same, and then the screen breaks. */
const WORDS = /\{#each [^}]*?\((?:[\w.]*\b(?:label|title|text|full_name|value|at|\w+_at|flag|fault)|`[^)]*`)\)\}/g;
/** What is picked from carries its value once. */
const CHOICES = /as option \(option\.value\)/;

test('no list is keyed by words that two of its rows may share', () => {
  const found = files.flatMap((file) =>
    [...readFileSync(new URL(file, source), 'utf8').matchAll(WORDS)].map(([each]) => `${file}: ${each}`));
  expect(files.length).toBeGreaterThan(150);
  expect(found.filter((each) => !CHOICES.test(each))).toEqual([]);
});
