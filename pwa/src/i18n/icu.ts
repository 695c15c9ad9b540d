/**
 * The part of ICU messages that the catalogues use: `{name}`, `{n, number}`, `{n, plural, one {…} other {…}}` (with `=0`
 * cases and `#`) and `{x, select, a {…} other {…}}`. Messages are parsed once and kept.
 */
export type Params = Record<string, string | number>;
type Part = string | ((params: Params, locale: string, count: number | undefined) => string);

const parsed = new Map<string, Part[]>();

/** Puts `params` into `message`. Throws on a message that does not parse or a parameter that is missing. */
export function formatMessage(message: string, params: Params, locale: string): string {
  let parts = parsed.get(message);
  if (!parts) {
    parts = new Parser(message).parse();
    parsed.set(message, parts);
  }
  return join(parts, params, locale, undefined);
}

function join(parts: Part[], params: Params, locale: string, count: number | undefined): string {
  return parts.map((part) => (typeof part === 'string' ? part : part(params, locale, count))).join('');
}

function valueOf(params: Params, name: string): string | number {
  const value = params[name];
  if (value === undefined) throw new Error(`The message needs the parameter "${name}".`);
  return value;
}

const numbers = new Map<string, Intl.NumberFormat>();
export function formatNumber(value: number, locale: string): string {
  let format = numbers.get(locale);
  if (!format) numbers.set(locale, (format = new Intl.NumberFormat(locale)));
  return format.format(value);
}

class Parser {
  private at = 0;
  constructor(private readonly text: string) {}

  parse(): Part[] {
    const parts = this.parts(false);
    if (this.at < this.text.length) throw new Error(`Unexpected "}" in the message "${this.text}".`);
    return parts;
  }

  private parts(inPlural: boolean): Part[] {
    const parts: Part[] = [];
    let literal = '';
    while (this.at < this.text.length && this.text[this.at] !== '}') {
      const char = this.text[this.at++] as string;
      if (char !== '{' && !(char === '#' && inPlural)) {
        literal += char;
        continue;
      }
      if (literal) parts.push(literal);
      literal = '';
      parts.push(char === '#' ? (_params, locale, count) => formatNumber(count ?? 0, locale) : this.argument(inPlural));
    }
    if (literal) parts.push(literal);
    return parts;
  }

  private argument(inPlural: boolean): Part {
    const name = this.word();
    if (this.take('}')) return (params) => String(valueOf(params, name));
    this.expect(',');
    const kind = this.word();
    if (kind === 'number') {
      this.expect('}');
      return (params, locale) => formatNumber(Number(valueOf(params, name)), locale);
    }
    if (kind !== 'plural' && kind !== 'select') throw new Error(`Unknown kind "${kind}" in "${this.text}".`);
    this.expect(',');
    const cases = this.cases(kind === 'plural' || inPlural);
    const other = cases.get('other');
    if (!other) throw new Error(`No "other" in "${this.text}".`);
    if (kind === 'select') {
      return (params, locale, count) => join(cases.get(String(valueOf(params, name))) ?? other, params, locale, count);
    }
    return (params, locale) => {
      const count = Number(valueOf(params, name));
      const rule = new Intl.PluralRules(locale).select(count);
      return join(cases.get(`=${count}`) ?? cases.get(rule) ?? other, params, locale, count);
    };
  }

  private cases(inPlural: boolean): Map<string, Part[]> {
    const cases = new Map<string, Part[]>();
    while (!this.take('}')) {
      const label = this.word();
      this.expect('{');
      cases.set(label, this.parts(inPlural));
      this.expect('}');
    }
    return cases;
  }

  private word(): string {
    this.blanks();
    const start = this.at;
    while (this.at < this.text.length && !/[\s,{}]/.test(this.text[this.at] as string)) this.at++;
    if (start === this.at) throw new Error(`A word is missing at ${start} in "${this.text}".`);
    return this.text.slice(start, this.at);
  }

  private blanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private take(char: string): boolean {
    this.blanks();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private expect(char: string): void {
    if (!this.take(char)) throw new Error(`"${char}" is missing at ${this.at} in "${this.text}".`);
  }
}
