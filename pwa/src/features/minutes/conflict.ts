/** Two people edited the same minutes: what each of them changed, paragraph by paragraph. Only what both changed is asked. */
import type { MinutesSection } from '$api/minutes-shapes';
import type { ParagraphBody, SectionBody } from '$sync/minutes';
import { oursOver } from './text';

export type Side = 'mine' | 'theirs';

/** A paragraph that both changed, each otherwise; null: left out there. */
export interface Asked {
  id: string;
  title: string;
  mine: string | null;
  theirs: string | null;
}

type Words = Pick<ParagraphBody, 'id' | 'text' | 'removed'>;
/** What a paragraph says; null: nothing, it is left out or not there. */
const said = (one: Words | undefined): string | null => (one && !one.removed ? one.text : null);

/** The place of one paragraph among all of the minutes. */
const nameOf = (section: { key: string }, id: string): string => `${section.key}:${id}`;

interface Pair {
  id: string;
  mine: ParagraphBody | undefined;
  theirs: MinutesSection['paragraphs'][number] | undefined;
  /** Whose words stand without a question. */
  side: Side | null;
}

/** `base`: the section as both began with it; unknown for what an older version of the app had written. */
function pairsOf(ours: SectionBody, theirs: MinutesSection, base: SectionBody | undefined): Pair[] {
  const ids = new Set([...theirs.paragraphs, ...ours.paragraphs].map((one) => one.id));
  const at = <T extends Words>(list: readonly T[] | undefined, id: string): T | undefined => list?.find((one) => one.id === id);
  return [...ids].map((id) => {
    const mine = at(ours.paragraphs, id);
    const other = at(theirs.paragraphs, id);
    const before = base && said(at(base.paragraphs, id));
    const unchanged = (one: Words | undefined): boolean => base !== undefined && said(one) === before;
    const side = said(mine) === said(other) || unchanged(mine) ? 'theirs' : unchanged(other) ? 'mine' : null;
    return { id, mine, theirs: other, side };
  });
}

/** The sections that both have, as they are compared. */
function compared(ours: readonly SectionBody[], theirs: readonly MinutesSection[], base: readonly SectionBody[]): { other: MinutesSection; pairs: Pair[]; order: string[] }[] {
  return ours.flatMap((mine) => {
    const other = theirs.find(({ key }) => key === mine.key);
    const before = base.find(({ key }) => key === mine.key);
    return other ? [{ other, pairs: pairsOf(mine, other, before), order: mine.paragraphs.map(({ id }) => id) }] : [];
  });
}

/** What has to be asked, in the order of the minutes. */
export function askedOf(ours: readonly SectionBody[], theirs: readonly MinutesSection[], base: readonly SectionBody[]): Asked[] {
  return compared(ours, theirs, base).flatMap(({ other, pairs }) => pairs.filter(({ side }) => side === null)
    .map(({ id, mine, theirs: their }) => ({ id: nameOf(other, id), title: other.title, mine: said(mine), theirs: said(their) })));
}

/** The sections with everybody's changes, and of what both changed the side that was chosen; only those that differ from theirs. */
export function joined(
  ours: readonly SectionBody[], theirs: readonly MinutesSection[], base: readonly SectionBody[], sides: Readonly<Record<string, string>>,
): MinutesSection[] {
  return compared(ours, theirs, base).flatMap(({ other, pairs, order }) => {
    const isMine = ({ id, side }: Pair): boolean => (side ?? sides[nameOf(other, id)] ?? 'mine') === 'mine';
    const chosen = pairs.filter(isMine);
    if (chosen.length === 0) return [];
    const paragraphs = other.paragraphs.flatMap((one) => {
      const pair = chosen.find(({ id }) => id === one.id);
      if (!pair) return [one];
      if (pair.mine) return [oursOver(one, pair.mine)];
      // What is of the facts is left out, one's own is gone.
      return one.facts === null ? [] : [{ ...one, removed: true, differs: false }];
    });
    for (const pair of chosen.filter((one) => !one.theirs)) {
      if (!pair.mine) continue;
      const before = order.slice(0, order.indexOf(pair.id)).findLast((id) => paragraphs.some((one) => one.id === id));
      paragraphs.splice(paragraphs.findIndex((one) => one.id === before) + 1, 0, oursOver(undefined, pair.mine));
    }
    return [{ ...other, paragraphs }];
  });
}
