/** A symbol such as 16-NQ/CB for the screen: no line ends at its hyphens or strokes. Not for copying or sending. */
export function unbroken(symbol: string): string {
  return symbol.replaceAll('-', '\u2011').replaceAll('/', '\u2060/\u2060');
}
