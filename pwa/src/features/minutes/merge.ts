/**
 * The text of minutes brought up to date with the facts, the same as `handbook.minutes.text.compose_again`, which says why;
 * `tests/data/minutes/merge.json` holds both to it.
 */
import type { MinutesParagraph, MinutesSection } from '$api/minutes-shapes';
import type { ComposedParagraph, ComposedSection } from './compose';
import { isByHand } from './text';

const ORDER = ['opening', 'attendance', 'content', 'votes', 'score', 'closing'];

/**
 * The old text with the facts as they are now: nothing that somebody wrote, left out or, when `agreed`, read is lost.
 * `keepHeard`: nobody asked for it; what differs since a reading waits for somebody who does.
 */
export function composeAgain(old: readonly MinutesSection[], fresh: readonly ComposedSection[], agreed = false, keepHeard = false): MinutesSection[] {
  const keeps = (one: MinutesParagraph): boolean => (agreed && !UNEXPLAINED.includes(one.id)) || one.removed || isByHand(one) || (keepHeard && one.differs);
  const merged = fresh.map((section) => merge(old.find((one) => one.key === section.key), section, keeps));
  // A section whose facts are all gone stays for what people wrote in it.
  for (const section of old) {
    if (fresh.some((one) => one.key === section.key)) continue;
    const paragraphs = section.paragraphs.filter((one) => keeps(one) && !one.removed).map(withoutFacts);
    if (paragraphs.length > 0) merged.push({ ...section, paragraphs });
  }
  return inOrder(merged);
}

/** What the agreement and the closing of the meeting add was not there to be read back, */
const AFTER_READING = 'closing';
/** and how far the agenda has come goes on until the end: who presented an item, and that nothing is recorded of it. */
const COURSE = /^(presenter\.|unrecorded)/;
/** Who has not come is not recorded while the meeting goes on, and absent without leave from its closing on: the same people. */
const UNEXPLAINED = ['unexcused', 'not_recorded'];
/** Of a site it is the end of its one line. */
const UNEXPLAINED_AT_SITE = / (?:Vắng không phép|Chưa ghi điểm danh): .*/s;

/**
 * Whether the new text says something that who heard the old one has not heard, but for the course and the end of the meeting, and
 * for how the end names those who have not come.
 */
export function unheard(old: readonly MinutesSection[], fresh: readonly MinutesSection[]): boolean {
  return JSON.stringify(heard(old)) !== JSON.stringify(heard(fresh));
}

function heard(sections: readonly MinutesSection[]): string[][] {
  return sections
    .filter(({ key }) => key !== AFTER_READING)
    .map(({ paragraphs }) => paragraphs.filter((one) => !one.removed && !UNEXPLAINED.includes(one.id) && !COURSE.test(one.id)).map(heardOf))
    .filter((words) => words.length > 0);
}

function heardOf({ id, text }: MinutesParagraph): string {
  return id.startsWith('site.') ? text.replace(UNEXPLAINED_AT_SITE, '') : text;
}

function inOrder(sections: MinutesSection[]): MinutesSection[] {
  const place = ({ key }: MinutesSection): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return sections.sort((a, b) => place(a) - place(b));
}

/** The old text with this section alone brought up to date. */
export function sectionAgain(old: readonly MinutesSection[], fresh: readonly ComposedSection[], key: string): MinutesSection[] {
  const about = (one: { key: string }): boolean => one.key === key;
  return inOrder([...old.filter((one) => !about(one)), ...composeAgain(old.filter(about), fresh.filter(about))]);
}

function merge(
  old: MinutesSection | undefined, fresh: ComposedSection, keeps: (one: MinutesParagraph) => boolean,
): MinutesSection {
  const before = old?.paragraphs ?? [];
  const paragraphs = fresh.paragraphs.map((one) => {
    const known = before.find(({ id }) => id === one.key);
    return known && keeps(known) ? broughtUpToDate(known, one) : asFacts(one);
  });
  let previous: string | null = null;
  for (const one of before) {
    if (fresh.paragraphs.some(({ key }) => key === one.id)) previous = one.id;
    else if (keeps(one) && !one.removed) {
      paragraphs.splice(paragraphs.findIndex(({ id }) => id === previous) + 1, 0, withoutFacts(one));
      previous = one.id;
    }
  }
  return { key: fresh.key, title: fresh.title, paragraphs };
}

function broughtUpToDate(old: MinutesParagraph, fresh: ComposedParagraph): MinutesParagraph {
  const moved = old.facts !== fresh.text;
  const other = old.text !== fresh.text;
  return { ...old, facts: fresh.text, differs: (old.differs || moved) && other, by_hand: isByHand(old) && other };
}

function withoutFacts(one: MinutesParagraph): MinutesParagraph {
  return { ...one, facts: null, differs: one.differs || one.facts !== null, by_hand: isByHand(one) };
}

function asFacts({ key, text, is_heading }: ComposedParagraph): MinutesParagraph {
  return { id: key, text, is_heading, facts: text, removed: false, differs: false, by_hand: false };
}
