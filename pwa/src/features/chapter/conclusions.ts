/** What the meeting concluded after its resolution was begun: what is not in the text yet, and how it comes into it. */
import type { AgendaItem, Id } from '$api/shapes';

/** Line breaks and spaces are no difference. */
export const plain = (text: string): string => text.trim().split(/\s+/).join(' ');

/** A conclusion in the lines in which it was dictated, without what is blank; as the server writes it. */
const article = (text: string): string => text.split('\n').map(plain).filter((line) => line !== '').join('\n');

/** The conclusions in the order of the agenda that the text does not have; `heard`: those it once had, or that were left out. */
export function notIn(
  body: string, agenda: readonly Pick<AgendaItem, 'id' | 'position'>[], conclusions: Readonly<Record<Id, string>>, heard: ReadonlySet<string>,
): string[] {
  const written = plain(body);
  return [...agenda]
    .sort((a, b) => a.position - b.position)
    .flatMap(({ id }) => (conclusions[id] === undefined ? [] : [article(conclusions[id])]))
    .filter((text) => text !== '' && !heard.has(plain(text)) && !written.includes(plain(text)));
}

const ARTICLE = /^\s*(\d+)\.(\s|$)/;

/**
 * The text with these as further articles: after the last one, or in the place of one that waits for its text. What follows the
 * articles, such as how the vote went, stays behind them; no word of the text is lost.
 */
export function withArticles(body: string, texts: readonly string[]): string {
  const lines = body.split('\n');
  const last = lines.findLastIndex((line) => ARTICLE.test(line));
  const number = Number(ARTICLE.exec(lines[last] ?? '')?.[1] ?? 0);
  const waits = last >= 0 && (lines[last] ?? '').replace(ARTICLE, '').trim() === '';
  // An article may have lines of its own: it ends before the votes, or with the text.
  const vote = lines.findIndex((line, at) => at > last && line.includes('biểu quyết đồng ý'));
  const end = last < 0 || vote < 0 ? lines.length : vote;
  const first = waits ? number : number + 1;
  const articles = texts.map((text, at) => `${first + at}. ${text}`);
  if (waits) return [...lines.slice(0, last), ...articles, ...lines.slice(last + 1)].join('\n');
  const before = lines.slice(0, end);
  while (before.length > 0 && before.at(-1)?.trim() === '') before.pop();
  return [...before, ...articles, ...lines.slice(end)].join('\n');
}
