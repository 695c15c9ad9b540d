import { core } from './core.vi';
import { defineMessages, messagesReady } from './messages';

export type CoreKey = keyof typeof core;

/** The words that every screen may need: acts, dates, the terms of the domain. */
export const t = defineMessages(core, () => import('./core.en').then((module) => module.core));

export function isCoreKey(key: string): key is CoreKey {
  return key in core;
}

let problem = $state.raw<((code: string) => string) | null>(null);

/** The sentences are fetched right after the first screen; who reads one before that follows when they are there. */
export async function loadProblems(): Promise<void> {
  const { sentenceOf } = await import('./problems');
  await messagesReady();
  problem ??= sentenceOf;
}

/** The sentence for a problem code, with a way on; a code nobody worded gets the general sentence. */
export function problemText(code: string): string {
  return problem?.(code) ?? t('app.screenFailed');
}
