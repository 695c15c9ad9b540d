/**
 * Minutes from the facts, for a room without a network: reads the server's own sentences aloud (`script.json`), as
 * `handbook.minutes.compose` does, which says how; `tests/data/minutes/compose.json` holds both to the same words.
 */
import type { Quorum, Tally } from '$api/ballot-shapes';
import { isMoreThanPresent } from '$features/ballots/rules';
import { scoresMeeting } from '$features/scores/rules';
import script from '../../../../backend/handbook/minutes/script.json';
import { dayInWords } from './text';

/** The facts as plain data: what `handbook.minutes.facts` names. Instants are in the meeting's zone, with their offset. */
export interface Facts {
  kind: string;
  is_cell: boolean;
  organization: string;
  place: string;
  starts_at: string;
  roll: RollFacts;
  is_online: boolean;
  opened_at: string | null;
  closed_at: string | null;
  chair: PersonFacts | null;
  minute_taker: PersonFacts | null;
  items: ItemFacts[];
  /** What was raised from the floor, and what was dropped. */
  added?: { key: string; title: string }[];
  dropped?: { key: string; title: string; reason: string | null }[];
  notes: NoteFacts[];
  votes: VoteFacts[];
  /** `is_open`: phones are still being scored with; the average is then that of the paper alone. */
  score: { average: string | null; grade: string | null; is_open?: boolean; paper_sheets?: number } | null;
  /** When the words as they stand were agreed to; null while nobody has. */
  read_back_at: string | null;
}

export interface PersonFacts {
  full_name: string;
  office: string | null;
}

export interface Absence {
  full_name: string;
  reason: string | null;
  at: string | null;
}

export interface RollFacts {
  total: number;
  official: number;
  probationary: number;
  present: number;
  official_present: number;
  official_due: number;
  quorum_share: string;
  quorum_required: number;
  temporary_in: number;
  exempt: Absence[];
  elsewhere: Absence[];
  /** Of the official members who came: who is no longer in the room. */
  official_left?: number;
  late: Absence[];
  left_early: Absence[];
  excused: Absence[];
  unexcused: Absence[];
  not_recorded: Absence[];
  guests: { name: string; place: string | null }[];
}

export interface NoteFacts {
  key: string;
  text: string;
  speaker: string | null;
  is_guest: boolean;
}

export interface TaskFacts {
  key: string;
  title: string;
  state: 'open' | 'done' | 'not_done';
  assignees: { name: string }[];
  due_on: string | null;
  percent: number | null;
  reason: string | null;
  /** Its resolution was out of force by then. */
  superseded?: boolean;
  revoked?: boolean;
}

export interface VoteFacts {
  key: string;
  title: string;
  method: string;
  denominator: number;
  present: number;
  agree: number;
  disagree: number;
  other: number;
  required: number;
  share: string;
  at_least: boolean;
  passed: boolean | null;
  papers: { given_out: number; returned: number; valid: number; invalid: number } | null;
  reserved: { name: string; text: string }[];
  /** The draft that was put to the vote. */
  resolution: { symbol: string; title: string } | null;
  /** What the vote rests on, as far as it is known. */
  quorum?: Quorum | null;
  room_denominator?: number | null;
  count_confirmed?: boolean;
  hands?: Tally | null;
}

export interface ItemFacts {
  key: string;
  title: string;
  presenter: string | null;
  notes: NoteFacts[];
  conclusion: string | null;
  votes: VoteFacts[];
  tasks: TaskFacts[];
  /** Whoever runs the agenda started it, or noted that it was dealt with. */
  begun?: boolean;
}

export interface ComposedParagraph {
  key: string;
  text: string;
  is_heading: boolean;
}

export interface ComposedSection {
  key: string;
  title: string;
  paragraphs: ComposedParagraph[];
}

type Data = Record<string, unknown>;
type Condition = string | string[];
interface Form {
  if?: Condition;
  text: string;
}
interface Node {
  key?: string;
  text?: string | Form[];
  if?: Condition;
  heading?: boolean;
  each?: string;
  use?: string;
  say?: Node[];
}

const parts: Record<string, Node[]> = script.parts;
const lists: Record<string, Form[]> = script.lists;
const words: Record<string, Record<string, string>> = script.words;
const sections: { key: string; title: string; say: Node[] }[] = script.sections;

/** The sections in their order; a section about which there is nothing to say is left out. */
export function compose(facts: Facts): ComposedSection[] {
  const known = withWhatFollows(facts);
  return sections
    .map(({ key, title, say }) => ({ key, title, paragraphs: saying(say, known) }))
    .filter(({ paragraphs }) => paragraphs.length > 0);
}

function withWhatFollows(facts: Facts): Data {
  const begun = facts.opened_at ?? facts.starts_at;
  const over = facts.closed_at !== null;
  const last = facts.items.findLastIndex(wasReached);
  return {
    ...facts,
    nothing_recorded: over && last < 0 && facts.items.some((item) => item.tasks.length === 0),
    items: facts.items.map((item, place) => ({
      ...item, ...course(item, last >= 0 && (over || place < last), facts.score !== null), votes: item.votes.map(voteWith), tasks: item.tasks.map((task) => ({ ...task, [`is_${task.state}`]: true })),
    })),
    votes: facts.votes.map(voteWith),
    ...quorum(facts.roll),
    same_day: facts.closed_at?.slice(0, 10) === begun.slice(0, 10),
    ...reading(facts, begun),
  };
}

/**
 * Nobody presented an item of which the book says nothing, and the minutes say that it does: once another that comes later was
 * reached, or the meeting is over. Before that it lies ahead. Of the scoring the sheets tell that it took place.
 */
function course(item: ItemFacts, passedOver: boolean, scored: boolean): { presented: boolean; unrecorded: boolean } {
  const presented = wasReached(item) || (scored && scoresMeeting(item));
  return { presented, unrecorded: passedOver && !presented && item.tasks.length === 0 };
}

/** Somebody began the item or noted that it was dealt with, or the book says something of it. */
function wasReached({ begun = false, notes, votes, conclusion }: ItemFacts): boolean {
  return begun || notes.length > 0 || votes.length > 0 || Boolean(conclusion);
}

/** Only what was agreed to before the end was read to the meeting; to the second. */
function reading({ read_back_at: at, closed_at: closed }: Facts, begun: string): Data {
  if (at === null) return {};
  const later = closed !== null && at.slice(0, 19) > closed.slice(0, 19);
  return { read_in_meeting: !later, read_later: later, read_same_day: at.slice(0, 10) === begun.slice(0, 10) };
}

/** The quorum asks who is in the room, as on the screen: until the end, and without who left early; nobody due, none. */
function quorum({ official_present, official_left: left = 0, official_due, quorum_required }: RollFacts): Data {
  const inRoom = official_present - left;
  return { official_in_room: inRoom, has_left: left > 0, is_quorate: official_due > 0 && inRoom >= quorum_required };
}

function voteWith(vote: VoteFacts): Data {
  const { agree, disagree, other, denominator, passed, papers, present, method, quorum } = vote;
  const counted = method === 'hand' || method === 'secret_paper';
  // Who gave an invalid paper has voted, and for nothing.
  const invalid = papers?.invalid ?? 0;
  return {
    ...vote, percent: percent(agree, denominator), invalid, not_voted: Math.max(0, denominator - agree - disagree - other - invalid), is_void: passed === null,
    no_quorum: quorum ? !quorum.reached : false, more_than_present: counted && isMoreThanPresent({ agree, disagree, other }, papers, present),
  };
}

function saying(nodes: readonly Node[], known: Data): ComposedParagraph[] {
  return nodes.flatMap((node) => {
    if (node.each !== undefined) {
      const say = node.say ?? parts[node.use ?? ''] ?? [];
      return ((valueOf(node.each, known) ?? []) as Data[]).flatMap((one, index) => saying(say, { ...known, ...one, number: index + 1 }));
    }
    if (!holds(node, known)) return [];
    const said = typeof node.text === 'string' ? [{ text: node.text }] : (node.text ?? []);
    const text = said.filter((part) => holds(part, known)).map((part) => fill(part.text, known)).join(' ');
    return [{ key: fill(node.key ?? '', known), text, is_heading: node.heading ?? false }];
  });
}

function holds({ if: asked = [] }: { if?: Condition }, known: Data): boolean {
  return [asked].flat().every((one) => isThere(valueOf(one.replace(/^!/, ''), known)) !== one.startsWith('!'));
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function valueOf(name: string, known: Data): unknown {
  return name.split('.').reduce<unknown>((value, step) => (value as Data | null | undefined)?.[step], known);
}

function fill(text: string, known: Data): string {
  return text.replace(/\{([a-z_.]+)(?:\|([a-z_]+))?\}/g, (_all, name: string, how?: string) => told(valueOf(name, known), how));
}

function told(value: unknown, how?: string): string {
  if (how === undefined) return String(value);
  const filter = filters[how];
  if (filter) return filter(value as string);
  const forms = lists[how];
  if (forms) return (value as Data[]).map((one) => fill(forms.find((form) => holds(form, one))?.text ?? '', one)).join('; ');
  return words[how]?.[String(value)] ?? '';
}

/** With one decimal, written with a comma, and none when it is whole; rounded half up. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0';
  const tenths = Math.floor((2000 * part + whole) / (2 * whole));
  return `${Math.floor(tenths / 10)},${tenths % 10}`.replace(/,0$/, '');
}

const filters: Record<string, (value: string) => string> = {
  bare: (text) => text.replace(/\.+$/, ''),
  ended: (text) => (/[.!?…:]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`),
  count: (people) => String(people.length),
  time: (at) => `${Number(at.slice(11, 13))} giờ ${at.slice(14, 16)} phút`,
  day: dayInWords,
  date: (day) => day.split('-').reverse().join('/'),
};
