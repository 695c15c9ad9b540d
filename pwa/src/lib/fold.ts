/** Text for comparing: small letters, no diacritics, đ as d, one blank between words. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/đ/g, 'd')
    .replace(/\s+/g, ' ')
    .trim();
}

/** True when every word of the question begins a word of, or stands inside, the text. */
export function matches(text: string, question: string): boolean {
  const folded = fold(text);
  return fold(question).split(' ').every((word) => folded.includes(word));
}
