import type { MeetingKind } from '$api/shapes';
import templates from '../../../../backend/handbook/meetings/agenda_templates.json';
import words from '../../../../backend/handbook/meetings/kind_words.json';

interface Entry {
  title: string;
  presenter: string;
  minutes: number;
}

/**
 * The agenda with which a cell's first meeting of a kind in the app begins (2-domain, Cells and meetings); the server's own
 * list. Content that the secretary edits, not words of the screen: it is Vietnamese in every language.
 */
export function templateAgenda(kind: string): (Entry & { body: null })[] {
  const entries = (templates as Partial<Record<string, Entry[]>>)[kind] ?? [];
  return entries.map((entry) => ({ ...entry, body: null }));
}

/** "Sinh hoạt chi bộ thường kỳ tháng 12/2026" in a cell, "Họp thường kỳ tháng 12/2026" elsewhere; the server's own words. */
export function templateTitle(kind: MeetingKind, date: string, inCell: boolean): string {
  const [year, month] = date.split('-');
  const word = (inCell ? words.in_a_cell : words.elsewhere)[kind];
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} tháng ${Number(month)}/${year}`;
}
