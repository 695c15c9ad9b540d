import { defineMessages } from './messages';
import { problems } from './problems.vi';

const t = defineMessages(problems, () => import('./problems.en').then((module) => module.problems));

export function sentenceOf(code: string): string {
  const key = `problem.${code}`;
  return t(key in problems ? (key as keyof typeof problems) : 'problem.unexpected');
}
