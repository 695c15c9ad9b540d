import type { AgendaItem, Id, Meeting, MeetingKind, TemplateLine } from '$api/shapes';
import { timeOf } from '$i18n';
import { closesMeeting } from '$lib/closing';
import { randomKey } from '$lib/ids';
import { addDays, dateIn, daysBetween, instantOf, minutesOf } from './times';

/** One line of the agenda while it is written. `id` is its key on the screen, `item_id` the item it is on the server. */
export interface AgendaLine {
  id: string;
  item_id: Id | null;
  title: string;
  presenter: string;
  /** Digits, or empty. */
  minutes: string;
  body: string;
  /** What writes the body; missing in forms that older versions have kept. */
  source?: string | null;
}

export interface MeetingForm {
  kind: MeetingKind;
  title: string;
  /** `2026-12-03` and `19:30`, on the wall of the organisation's zone. */
  date: string;
  start: string;
  end: string;
  /** How many days after `date` it ends; 0 but for conferences. */
  days: number;
  place: string;
  online_url: string;
  agenda: AgendaLine[];
}

export interface MeetingBody {
  kind: MeetingKind;
  title: string;
  starts_at: string;
  ends_at: string;
  place: string;
  online_url: string | null;
}

export interface AgendaBody {
  id?: Id;
  title: string;
  presenter: string | null;
  minutes: number | null;
  body: string | null;
  source?: string | null;
}

export function emptyLine(): AgendaLine {
  return { id: randomKey(), item_id: null, title: '', presenter: '', minutes: '', body: '' };
}

/** The agenda with this line changed, or added: before the item that closes the meeting, if the agenda ends with one. */
export function withLine(lines: readonly AgendaLine[], line: AgendaLine): AgendaLine[] {
  if (lines.some((other) => other.id === line.id)) return lines.map((other) => (other.id === line.id ? line : other));
  const last = lines.at(-1);
  if (!last || !closesMeeting(last) || closesMeeting(line)) return [...lines, line];
  return [...lines.slice(0, -1), line, last];
}

export function lineOf(item: Omit<AgendaItem, 'id' | 'position'> & { id?: Id }, keep: boolean): AgendaLine {
  return {
    id: randomKey(), item_id: keep ? (item.id ?? null) : null, title: item.title, presenter: item.presenter ?? '',
    minutes: item.minutes === null ? '' : String(item.minutes), body: item.body ?? '', source: item.source ?? null,
  };
}

/** The form of a meeting that exists. */
export function formOf(meeting: Meeting): MeetingForm {
  const date = dateIn(meeting.starts_at, meeting.timezone);
  return {
    kind: meeting.kind, title: meeting.title, date,
    start: timeOf(meeting.starts_at, meeting.timezone), end: timeOf(meeting.ends_at, meeting.timezone),
    days: daysBetween(date, dateIn(meeting.ends_at, meeting.timezone)),
    place: meeting.place, online_url: meeting.online_url ?? '',
    agenda: [...meeting.agenda].sort((a, b) => a.position - b.position).map((item) => lineOf(item, true)),
  };
}

/** What the server is told of the meeting itself; null while the times are none. */
export function bodyOf(form: MeetingForm, zone: string): MeetingBody | null {
  const starts_at = instantOf(form.date, form.start, zone);
  const ends_at = form.date ? instantOf(addDays(form.date, form.days), form.end, zone) : null;
  if (!starts_at || !ends_at) return null;
  return {
    kind: form.kind, title: form.title.trim(), starts_at, ends_at, place: form.place.trim(),
    online_url: form.online_url.trim() || null,
  };
}

export function agendaOf(form: MeetingForm, withIds: boolean): AgendaBody[] {
  const bodies = agendaBody(form.agenda);
  return form.agenda.map((line, index) => ({
    ...(withIds && line.item_id ? { id: line.item_id } : {}), ...(bodies[index] as TemplateLine),
  }));
}

/** The lines of an agenda as the server takes them. */
export function agendaBody(lines: readonly AgendaLine[]): TemplateLine[] {
  return lines.map((line) => ({
    title: line.title.trim(), presenter: line.presenter.trim() || null,
    minutes: line.minutes.trim() ? Number(line.minutes) : null, body: line.body.trim() || null,
    ...(line.source ? { source: line.source } : {}),
  }));
}

export type FieldName = 'title' | 'date' | 'start' | 'end' | 'place' | 'online_url' | 'agenda';
export type FieldErrors = Partial<Record<FieldName, 'missing' | 'before_start' | 'past' | 'not_url' | 'too_long'>>;

/** What cannot be saved as it is. `now` is the present moment in milliseconds; a meeting lies ahead of it. */
export function check(form: MeetingForm, zone: string, now: number): FieldErrors {
  const errors: FieldErrors = {};
  if (!form.title.trim()) errors.title = 'missing';
  if (!form.place.trim()) errors.place = 'missing';
  if (!form.date) errors.date = 'missing';
  if (!form.start) errors.start = 'missing';
  if (!form.end) errors.end = 'missing';
  else if (form.start && form.days === 0 && minutesOf(form.end) <= minutesOf(form.start)) errors.end = 'before_start';
  const starts = instantOf(form.date, form.start, zone);
  // Of today only the hour can be mended.
  if (starts && Date.parse(starts) <= now) errors[form.date === dateIn(new Date(now).toISOString(), zone) ? 'start' : 'date'] = 'past';
  const url = form.online_url.trim();
  if (url && !isHttps(url)) errors.online_url = 'not_url';
  return errors;
}

function isHttps(text: string): boolean {
  try {
    return new URL(text).protocol === 'https:';
  } catch {
    return false;
  }
}

export function totalMinutes(agenda: readonly AgendaLine[]): number {
  return agenda.reduce((sum, line) => sum + (Number(line.minutes) || 0), 0);
}

/** The parts of a form that two people may have changed differently. */
export const PARTS = ['kind', 'title', 'date', 'start', 'end', 'place', 'online_url', 'agenda'] as const;
export type Part = (typeof PARTS)[number];

function sameAgenda(a: readonly AgendaLine[], b: readonly AgendaLine[]): boolean {
  const plain = (lines: readonly AgendaLine[]): string =>
    JSON.stringify(lines.map(({ item_id, title, presenter, minutes, body }) => [item_id, title, presenter, minutes, body]));
  return plain(a) === plain(b);
}

export function same(a: MeetingForm, b: MeetingForm, part: Part): boolean {
  if (part === 'agenda') return sameAgenda(a.agenda, b.agenda);
  if (part === 'end') return a.end === b.end && a.days === b.days;
  return a[part] === b[part];
}

/** The parts in which two forms differ. */
export function differences(a: MeetingForm, b: MeetingForm): Part[] {
  return PARTS.filter((part) => !same(a, b, part));
}

/** For a stale edit: which side each differing part is taken from unless the person says otherwise. */
export function proposeSides(base: MeetingForm, mine: MeetingForm, theirs: MeetingForm): Partial<Record<Part, 'mine' | 'theirs'>> {
  return Object.fromEntries(
    differences(mine, theirs).map((part) => [part, same(base, mine, part) ? 'theirs' : 'mine']),
  ) as Partial<Record<Part, 'mine' | 'theirs'>>;
}

/** One form out of two. Items of the agenda that the other side removed are written as new ones. */
export function merge(mine: MeetingForm, theirs: MeetingForm, sides: Partial<Record<Part, 'mine' | 'theirs'>>): MeetingForm {
  const merged = { ...mine };
  for (const part of PARTS) if (sides[part] === 'theirs') Object.assign(merged, { [part]: theirs[part] });
  if (sides.end === 'theirs') merged.days = theirs.days;
  const alive = new Set(theirs.agenda.map((line) => line.item_id));
  merged.agenda = merged.agenda.map((line) => (alive.has(line.item_id) ? line : { ...line, item_id: null }));
  return merged;
}
