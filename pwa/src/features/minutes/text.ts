import type { MinutesParagraph, MinutesSection } from '$api/minutes-shapes';
import { randomKey } from '$lib/ids';
import { sectionsIn, type ParagraphBody, type SectionBody } from '$sync/minutes';

/** What the server writes where neither a setting nor a name above says the place of a document. */
export const NOWHERE = '…';

/** As it is printed, whatever the language of the screen; the first two months get a nought, so that nothing can be added. */
export function dayInWords(at: string): string {
  const month = Number(at.slice(5, 7));
  return `ngày ${at.slice(8, 10)} tháng ${month < 3 ? at.slice(5, 7) : month} năm ${at.slice(0, 4)}`;
}

export function bodyOf(section: MinutesSection): SectionBody {
  return { key: section.key, paragraphs: section.paragraphs.map(({ id, text, removed, differs }) => ({ id, text, removed, differs })) };
}

/** The sections of a change that waits, with one of them written anew. */
export function mergeOurs(waiting: unknown, section: SectionBody): SectionBody[] {
  const before = sectionsIn(waiting).filter((one) => one.key !== section.key);
  return [...before, section];
}

/** Words that nobody has agreed to as they stand do not claim it; what somebody wrote of it stays. */
export function unread(sections: readonly MinutesSection[]): MinutesSection[] {
  const claims = ({ id, text, facts }: MinutesParagraph): boolean => ['read_back', 'agreed_later'].includes(id) && text === facts;
  return sections
    .map((one) => ({ ...one, paragraphs: one.paragraphs.filter((paragraph) => !claims(paragraph)) }))
    .filter(({ paragraphs }) => paragraphs.length > 0);
}

/** Whether a person wrote these words, or wants them to stand; what does not say so was written when other words were somebody's. */
export function isByHand({ by_hand, text, facts }: Pick<MinutesParagraph, 'by_hand' | 'text' | 'facts'>): boolean {
  return by_hand ?? text !== facts;
}

/** Where a paragraph comes from, for its mark: what the machine wrote stays the machine's when the facts have moved since. */
export function originOf(paragraph: MinutesParagraph): 'facts' | 'edited' | 'own' {
  if (!isByHand(paragraph)) return 'facts';
  return paragraph.facts === null ? 'own' : 'edited';
}

/** The paragraphs that say something else than the facts of the meeting say by now, and nobody has looked at it. */
export function differing(sections: readonly MinutesSection[]): MinutesParagraph[] {
  return sections.flatMap(printed).filter((paragraph) => paragraph.differs);
}

export function printed(section: MinutesSection): MinutesParagraph[] {
  return section.paragraphs.filter((paragraph) => !paragraph.removed);
}

/** Whether a paragraph is a heading with words of its own below it: an item of which nothing is said stands as a line. */
export function headsWords(paragraphs: readonly MinutesParagraph[], index: number): boolean {
  return paragraphs[index]?.is_heading === true && paragraphs[index + 1]?.is_heading === false;
}

function changed(section: MinutesSection, id: string, change: Partial<MinutesParagraph>): MinutesSection {
  return { ...section, paragraphs: section.paragraphs.map((one) => (one.id === id ? { ...one, ...change } : one)) };
}

export function withText(section: MinutesSection, id: string, text: string): MinutesSection {
  const facts = section.paragraphs.find((one) => one.id === id)?.facts;
  return changed(section, id, { text, differs: false, by_hand: text !== facts });
}

/** A paragraph of the facts is left out and can be brought back; one's own is gone. */
export function without(section: MinutesSection, id: string): MinutesSection {
  const found = section.paragraphs.find((one) => one.id === id);
  if (found && found.facts === null) return { ...section, paragraphs: section.paragraphs.filter((one) => one.id !== id) };
  return changed(section, id, { removed: true, differs: false });
}

export function broughtBack(section: MinutesSection, id: string): MinutesSection {
  return changed(section, id, { removed: false });
}

export function withNew(section: MinutesSection, after: string | null, text: string): MinutesSection {
  const place = section.paragraphs.findIndex((one) => one.id === after) + 1 || section.paragraphs.length;
  const fresh: MinutesParagraph = { id: `own-${randomKey()}`, text, is_heading: false, facts: null, removed: false, differs: false, by_hand: true };
  return { ...section, paragraphs: [...section.paragraphs.slice(0, place), fresh, ...section.paragraphs.slice(place)] };
}

/** The words of a section as they would be printed. */
export function wordsOf(body: SectionBody): string[] {
  return body.paragraphs.filter((one) => !one.removed).map((one) => one.text);
}

/** Our words laid over what the server has of a paragraph, for sending them once more. */
export function oursOver(theirs: MinutesParagraph | undefined, ours: ParagraphBody): MinutesParagraph {
  const base = theirs ?? { text: null, is_heading: false, facts: null, differs: false };
  const by_hand = ours.text === base.text ? isByHand({ ...base, text: ours.text }) : ours.text !== base.facts;
  return { ...base, ...ours, differs: ours.differs ?? base.differs, by_hand };
}
