const accented: Record<string, string> = { a: 'ấ', e: 'ễ', i: 'ĩ', o: 'ộ', u: 'ự', y: 'ỵ', A: 'Ấ', E: 'Ễ', O: 'Ộ', U: 'Ự' };

/**
 * A made-up language for looking at layouts: every plain text becomes a third longer and carries stacked diacritics,
 * placeholders stay. What still reads normally on a screen did not come from a catalogue.
 */
export function pseudo(message: string): string {
  let depth = 0;
  let text = '';
  for (const char of message) {
    if (char === '{') depth++;
    text += depth % 2 === 0 ? (accented[char] ?? char) : char;
    if (char === '}') depth--;
  }
  return `[${text}${'~'.repeat(Math.ceil(message.replace(/\{.*\}/gs, '').length / 3))}]`;
}
