import templates from '../../../../backend/handbook/meetings/agenda_templates.json';

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

const TITLES: Record<string, string> = {
  regular: 'Sinh hoạt chi bộ thường kỳ', thematic: 'Sinh hoạt chuyên đề', committee: 'Họp cấp ủy',
  extraordinary: 'Họp bất thường', congress: 'Đại hội chi bộ', conference: 'Hội nghị',
};

/** "Sinh hoạt chi bộ thường kỳ tháng 12/2026" */
export function templateTitle(kind: string, date: string): string {
  const [year, month] = date.split('-');
  return `${TITLES[kind] ?? TITLES['regular']} tháng ${Number(month)}/${year}`;
}
