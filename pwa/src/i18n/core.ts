import { core } from './core.vi';
import { problems } from './problems.vi';
import { defineMessages } from './messages';

const vi = { ...core, ...problems };
export type CoreKey = keyof typeof vi;

/** The words that every screen may need: acts, dates, the terms of the domain, and the sentence of every problem. */
export const t = defineMessages(vi, async () => {
  const [words, sentences] = await Promise.all([import('./core.en'), import('./problems.en')]);
  return { ...words.core, ...sentences.problems };
});

export function isCoreKey(key: string): key is CoreKey {
  return key in vi;
}

/** The sentence for a problem code, with a way on; a code nobody worded gets the general sentence. */
export function problemText(code: string): string {
  const key = `problem.${code}`;
  return t(isCoreKey(key) ? key : 'problem.unexpected');
}
