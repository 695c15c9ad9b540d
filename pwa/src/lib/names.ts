import { fold } from './fold';

function key(name: string): string {
  const words = name.split(' ');
  return [words.at(-1), ...words.slice(0, -1)].join(' ');
}

/** The order of a Vietnamese list: by the given name, which stands last, then by the rest. */
export function byGivenName<T extends { full_name: string }>(a: T, b: T): number {
  return key(a.full_name).localeCompare(key(b.full_name), 'vi');
}

/** Somebody on a list, as the list looks at names. */
export interface Bearer {
  id: string;
  full_name: string;
  birth_year: number | null;
  card_number: string | null;
}

/** Of a card as many of the last digits as are needed, and not fewer. */
const LEAST_DIGITS = 4;

/**
 * What stands behind the name of everybody whose name, folded, is on the list more than once: the year of birth where nobody
 * else of the name was born in it, else the last digits of the card. As `handbook.members.naming` does on the server;
 * `tests/data/members/name_marks.json` holds both to it. Content, so it is Vietnamese in every language.
 */
export function nameMarks(people: readonly Bearer[]): Map<string, string> {
  const byName = new Map<string, Bearer[]>();
  for (const one of people) byName.set(fold(one.full_name), [...(byName.get(fold(one.full_name)) ?? []), one]);
  return new Map([...byName.values()].filter((bearers) => bearers.length > 1).flatMap(marksOf));
}

function marksOf(bearers: readonly Bearer[]): [string, string][] {
  const cards = bearers.map((one) => (one.card_number ?? '').replace(/\D/g, ''));
  return bearers.flatMap((one, index): [string, string][] => {
    const year = one.birth_year;
    if (year !== null && bearers.filter((other) => other.birth_year === year).length === 1) return [[one.id, String(year)]];
    const tail = tailOf(cards[index] ?? '', cards);
    if (tail) return [[one.id, `thẻ …${tail}`]];
    return year === null ? [] : [[one.id, String(year)]];
  });
}

/** The shortest end of this card that no other of them has; empty where there is none. */
function tailOf(card: string, cards: readonly string[]): string {
  for (let length = LEAST_DIGITS; length <= card.length; length++) {
    const tail = card.slice(-length);
    if (cards.filter((other) => other.endsWith(tail)).length === 1) return tail;
  }
  return '';
}

/** "Nguyễn Văn Hòa (1962)" */
export function withMark(name: string, mark: string | null | undefined): string {
  return mark ? `${name} (${mark})` : name;
}

/** What of a member's record tells people of one name apart. */
export function bearerOf(id: string, full_name: string, record?: { birth_date: string | null; card_number: string | null }): Bearer {
  return { id, full_name, birth_year: record?.birth_date ? Number(record.birth_date.slice(0, 4)) : null, card_number: record?.card_number ?? null };
}
