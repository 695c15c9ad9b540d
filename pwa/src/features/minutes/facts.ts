/** Gathers on the phone what the minutes are made of, as `handbook.minutes.gathering` does on the server. */
import type { Ballot } from '$api/ballot-shapes';
import type { Id, Meeting, Member, Office, Resolution, Task } from '$api/shapes';
import { sessionState } from '$app/session.svelte';
import { database } from '$db/database';
import { listMeetings, listResolutions, standingTasks } from '$db/queries';
import { inForceAt } from '$db/rules';
import { readView } from '$db/views';
import { lineAt, majorityFor, passes, quorumOf, required, settledDenominator, votersPresent, type Line } from '$features/ballots/rules';
import { buildBoard, type BoardRow, type Officers } from '$features/roll/board';
import { readMeeting, readOfficers } from '$features/roll/commands';
import { headCount } from '$features/roll/head-count';
import { readScore } from '$features/scores/commands';
import { resultOf } from '$features/scores/here';
import { boundsOf, inWords, shown, type Bounds } from '$features/scores/rules';
import type { Grade, MeetingScore } from '$features/scores/shapes';
import { readBook, type RoomBook } from '$sync/book';
import { itemsAbout } from '$sync/outbox';
import { foldRoom, lineOfVote, subjectOf, type HandVote, type Note, type PaperCount } from '$sync/room';
import type { Absence, Facts, NoteFacts, RollFacts, TaskFacts, VoteFacts } from './compose';
import { asHeard, heardUntil, type Known } from './heard';

export interface Gathered {
  facts: Facts;
  meeting: Meeting;
  superior: string | null;
  chair: { member_id: Id; full_name: string } | null;
  minute_taker: { member_id: Id; full_name: string } | null;
}

const OFFICES: Record<string, string> = { secretary: 'Bí thư', deputy_secretary: 'Phó bí thư', committee_member: 'Cấp ủy viên' };
const GRADES: Record<Grade, string> = { good: 'tốt', fair: 'khá', average: 'trung bình', poor: 'kém' };
const HELD: readonly string[] = ['closed', 'finalized'];

/** Everything that this phone knows of the meeting; null when it does not know the meeting or its roll. `readAt`: when its words were agreed to. */
export async function gather(meetingId: Id, readAt: string | null = null): Promise<Gathered | null> {
  const db = await database();
  const [meeting, roll] = [await readMeeting(meetingId), await db.get('rolls', meetingId)];
  if (!meeting || !roll) return null;
  const [book, items, members] = [await readBook(meetingId), await itemsAbout(`meeting:${meetingId}`), await db.getAll('members')];
  const self = sessionState.current?.member?.id ?? null;
  const { rows } = buildBoard({ meeting, roll, members, items, self });
  const names = new Map([...members, ...rows].map((one) => ['member_id' in one ? one.member_id : one.id, one.full_name]));
  /** As a signature has them: without what tells two of one name apart. */
  const plain = new Map([...members.map((one) => [one.id, one.full_name] as const), ...roll.items.map((one) => [one.member_id, one.full_name] as const)]);
  const officers = await readOfficers(meetingId);
  const day = localTime(meeting.starts_at, meeting.timezone).slice(0, 10);
  const chairId = officers.chair ?? members.find((one) => officesOf(one, meeting, day).includes('secretary'))?.id ?? null;
  const { rules } = await inForceAt(meeting.organization_id);
  const organization = await db.get('organizations', meeting.organization_id);
  const resolutions = await listResolutions();
  const closed = book.room.closed_at ?? (meeting.closed_at === null ? null : Date.parse(meeting.closed_at));
  const votes = await votesOf(meeting, book, rows, names, rules, self, resolutions, closed);
  const local = (at: string | number | null): string | null => (at === null ? null : localTime(at, meeting.timezone));
  const notes = (item: Id | null): NoteFacts[] =>
    book.room.notes.filter((note) => (note.agenda_item_id ?? null) === item).map((note) => noteFacts(note, names));
  const dealtWith = [...meeting.agenda].sort((a, b) => a.position - b.position).filter((item) =>
    !item.dropped || notes(item.id).length > 0 || book.room.conclusions[item.id] || votes.some((vote) => vote.item === item.id));
  const heard = closed === null ? null : { closed, until: heardUntil(book.entries.values(), closed) };
  const facts: Facts = {
    kind: meeting.kind,
    is_cell: (organization?.kind ?? 'cell') === 'cell',
    organization: meeting.organization_name,
    place: meeting.place,
    is_online: meeting.online_url !== null,
    starts_at: localTime(meeting.starts_at, meeting.timezone),
    opened_at: local(book.room.opened_at ?? meeting.opened_at),
    closed_at: local(closed),
    roll: rollFacts(rows, officers, roll?.quorum_share ?? String(rules['attendance.quorum'] ?? '2/3'), local, closed !== null),
    chair: personFacts(chairId, members, names, meeting, day),
    minute_taker: personFacts(officers.minute_taker, members, names, meeting, day),
    added: dealtWith.filter((item) => item.key).map(({ id, title }) => ({ key: id, title })),
    dropped: meeting.agenda.filter((item) => item.dropped && !item.key).map(({ id, title, drop_reason = null }) => ({ key: id, title, reason: drop_reason })),
    items: await Promise.all(dealtWith.map(async (item) => ({
      key: item.id, title: item.title, presenter: item.presenter, notes: notes(item.id), begun: item.id in book.room.items,
      conclusion: book.room.conclusions[item.id] ?? null,
      votes: votes.filter((vote) => vote.item === item.id).map((vote) => vote.facts),
      tasks: item.source === 'open_tasks' ? tasksToReview(meeting, day, heard, resolutions, await listMeetings(), names) : [],
    }))),
    notes: notes(null),
    votes: votes.filter((vote) => vote.item === null).map((vote) => vote.facts),
    score: scoreFacts(await readScore(meetingId), book.room.score, boundsOf(rules)),
    read_back_at: local(readAt),
  };
  const named = (id: Id | null): Gathered['chair'] => (id === null ? null : { member_id: id, full_name: plain.get(id) ?? '' });
  const above = organization?.parent_id ? await db.get('organizations', organization.parent_id) : undefined;
  return { facts, meeting, superior: above?.name ?? null, chair: named(chairId), minute_taker: named(officers.minute_taker) };
}

/** The score that the server told of, with the paper sheets of the book; while phones are scored with, that it is not over. */
export function scoreFacts(view: MeetingScore | null, inBook: PaperCount | null, bounds: Bounds): Facts['score'] {
  const paper = inBook ?? view?.paper ?? null;
  if (view?.state === 'open') {
    return { average: paper && inWords(shown(paper)), grade: null, is_open: true, paper_sheets: paper?.sheets ?? 0 };
  }
  const found = resultOf(view, paper, bounds);
  return found && { average: inWords(found.average), grade: GRADES[found.grade], is_open: false, paper_sheets: 0 };
}

/** The hour that the clock on the wall shows: `2026-12-05T19:30:00`. */
function localTime(at: string | number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(new Date(at)).replace(' ', 'T');
}

function officesOf(member: Member, meeting: Meeting, day: string): Office['title'][] {
  return member.offices
    .filter((one) => one.organization_id === meeting.organization_id && one.from <= day && (one.to ?? day) >= day)
    .map((one) => one.title);
}

function personFacts(
  id: Id | null, members: readonly Member[], names: ReadonlyMap<Id, string>, meeting: Meeting, day: string,
): Facts['chair'] {
  if (id === null) return null;
  const member = members.find((one) => one.id === id);
  const title = member && officesOf(member, meeting, day).find((one) => one in OFFICES);
  return { full_name: names.get(id) ?? '', office: title ? (OFFICES[title] ?? null) : null };
}

function rollFacts(
  rows: readonly BoardRow[], { guests }: Officers, share: string, local: (at: string | null) => string | null, closed: boolean,
): RollFacts {
  // Closing the meeting settles who was not written down.
  const settled = rows.map((row) => (closed && row.state === null ? { ...row, state: 'unexcused' as const, reason: null } : row));
  const count = headCount(settled, share);
  const [numerator = 2, divisor = 3] = share.split('/').map(Number);
  const people = (list: readonly BoardRow[], at: (row: BoardRow) => string | null | undefined, reason = false): Absence[] =>
    list.map((row) => ({ full_name: row.full_name, reason: reason ? (row.reason ?? null) : null, at: local(at(row) ?? null) }));
  const nobody = (): null => null;
  const { total, official, probationary, official_due, temporary_in } = count;
  const attended = settled.filter((row) => row.status === 'official' && (row.state === 'present' || row.state === 'late')).length;
  return {
    total, official, probationary, official_due, temporary_in, present: count.attended,
    official_present: attended, official_left: attended - count.official_in_room,
    quorum_share: `${numerator}/${divisor}`, quorum_required: count.quorum_required,
    exempt: people(count.exempt, nobody), elsewhere: people(count.elsewhere, nobody),
    late: people(count.late, (row) => row.arrived_at ?? row.checked_in_at),
    left_early: people(count.left_early, (row) => row.left_at),
    excused: people(count.excused, nobody, true), unexcused: people(count.unexcused, nobody, true),
    not_recorded: people(count.not_recorded, nobody),
    guests: guests.map(({ name, from }) => ({ name, place: from })),
  };
}

function noteFacts(note: Note, names: ReadonlyMap<Id, string>): NoteFacts {
  const { key, text, speaker_member_id: id = null, speaker_name: name = null } = note;
  return { key, text, speaker: id === null ? name : (names.get(id) ?? null), is_guest: id === null && name !== null };
}

interface Voted {
  item: Id | null;
  at: number;
  facts: VoteFacts;
}

/** The votes that the server told of, and over them those by hands in the book. */
async function votesOf(
  meeting: Meeting, book: RoomBook, rows: readonly BoardRow[], names: ReadonlyMap<Id, string>, rules: Record<string, unknown>, self: Id | null,
  resolutions: readonly Resolution[], closed: number | null,
): Promise<Voted[]> {
  const seen = await readView<{ items: Ballot[] }>(`/api/meetings/${encodeURIComponent(meeting.id)}/ballots`);
  const found = new Map<string, Voted>();
  const keys = new Map<string, string>();
  const out = new Map(book.room.withdrawn.map((one) => [subjectOf(lineOfVote(one.ballot), { ballot: one.ballot }), Date.parse(book.entries.get(one.entry)?.at ?? '')]));
  for (const ballot of seen?.body.items ?? []) {
    if (!ballot.result || !ballot.closed_at) continue;
    const voted = votedOf(ballot, meeting, names);
    // What this phone knows of the server may be older than the line that took it out.
    const subject = subjectOf(ballot.method === 'secret_paper' ? 'paper_vote' : 'hand_vote', { ballot: { ...ballot, agenda_item_id: voted.item } });
    const gone = ['hand', 'secret_paper'].includes(ballot.method) ? (out.get(subject) ?? -Infinity) : -Infinity;
    if (Date.parse(ballot.closed_at) > gone) found.set(ballot.key, voted);
    if (['hand', 'secret_paper'].includes(ballot.method)) keys.set(subject, ballot.key);
  }
  const counted = [...book.entries.values()].filter((entry) => !book.refused.some((one) => one.id === entry.id));
  for (const vote of book.room.votes) {
    const subject = subjectOf(lineOfVote(vote), { ballot: vote });
    // What was put to the vote with a network has a key of its own.
    const key = keys.get(subject) ?? (await ballotKey(meeting.id, subject));
    const known = found.get(key);
    const written = Math.min(...counted.filter((entry) => entry.subject === subject).map((entry) => Date.parse(entry.at)));
    // What is written down after the closing was voted before it.
    const at = Math.min(written, closed ?? written);
    const then = linesAt(rows, counted, written, at, self);
    const draft = resolutions.find((one) => one.id === vote.resolution_id);
    const named = vote.put ?? draft;
    // What the server froze with the vote, else what the line says; of a line that says nothing, as the draft is called now.
    const resolution = known?.facts.resolution ?? (named ? { symbol: named.symbol, title: named.title } : null);
    found.set(key, {
      item: vote.agenda_item_id ?? null, at: known?.at ?? at,
      facts: { ...handVoteFacts(key, vote, then, names, rules, known?.facts), resolution },
    });
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function votedOf(
  { key, title, method, agenda_item_id, closed_at, result, reserved, resolution }: Ballot, { agenda }: Meeting,
  names: ReadonlyMap<Id, string>,
): Voted {
  const { agree = 0, disagree = 0, other = 0, denominator: of = 0, voters_present = 0, papers = null } = result ?? {};
  return {
    item: agenda.find((one) => (one.server_id ?? one.id) === agenda_item_id)?.id ?? agenda_item_id, at: Date.parse(closed_at ?? ''),
    facts: {
      key, title, method, denominator: of, present: voters_present, agree, disagree, other, required: result?.required ?? 0,
      share: result?.majority_share ?? '', at_least: result?.majority_at_least ?? false, passed: result?.passed ?? null, papers,
      reserved: reserved.map((one) => ({ name: names.get(one.member_id) ?? one.full_name, text: one.text })), resolution,
      quorum: result?.quorum ?? null, room_denominator: result?.room_denominator ?? null, count_confirmed: result?.count_confirmed ?? false,
      hands: result?.hands ?? null,
    },
  };
}

function handVoteFacts(
  key: string, vote: HandVote, then: readonly Line[], names: ReadonlyMap<Id, string>, rules: Record<string, unknown>, known?: VoteFacts,
): Omit<VoteFacts, 'resolution'> {
  const { title, agree, disagree, other } = vote;
  const said = (name: string): string | undefined => (typeof rules[name] === 'string' ? rules[name] : undefined);
  const [resolution, admission] = [said('vote.resolution_majority'), said('vote.admission_majority')];
  const majority = majorityFor(vote.kind, { ...(resolution && { resolution }), ...(admission && { admission }) });
  const { of, room } = known && [null, known.denominator, known.room_denominator].includes(vote.denominator)
    ? { of: known.denominator, room: known.room_denominator ?? null }
    : settledDenominator(vote.denominator, then);
  return {
    key, title, method: vote.papers ? 'secret_paper' : 'hand', denominator: of, present: known?.present ?? votersPresent(then), agree, disagree, other,
    required: known?.denominator === of ? known.required : required(of, majority),
    share: known?.share ?? `${majority.numerator}/${majority.divisor}`, at_least: known?.at_least ?? majority.atLeast,
    passed: passes(agree, of, majority), papers: vote.papers ?? null,
    quorum: known?.quorum ?? quorumOf(then, said('attendance.quorum') ?? '2/3'), room_denominator: room, count_confirmed: vote.confirmed ?? false, hands: null,
    reserved: vote.reserved.map((one) => ({ name: names.get(one.member_id) ?? '', text: one.text })),
  };
}

/** Who was in the room at a vote, by the roll as the book had it when the vote was written down; lines of which it says nothing are as they are. */
function linesAt(
  rows: readonly BoardRow[], entries: readonly (RoomBook['refused'][number])[], written: number, at: number, self: Id | null,
): Line[] {
  const all = entries.map((entry) => ({ ...entry, at: Date.parse(entry.at) }));
  const past = all.filter((entry) => entry.at <= written);
  const { marks } = foldRoom(past);
  const marked = new Set(all.filter((entry) => entry.kind === 'mark').map((entry) => String(entry.data.member_id)));
  const openers = new Set(past.flatMap((one) => (one.kind === 'open' && one.data.present ? [one.recorded_by ?? self] : [])));
  return rows.map((row) => {
    const mark = marks[row.member_id];
    const came = openers.has(row.member_id) ? 'present' : null;
    const state = (mark ? mark.state : marked.has(row.member_id) ? came : row.state) as Line['state'];
    const { arrived_at, left_at } = (mark ?? row) as Pick<BoardRow, 'arrived_at' | 'left_at'>;
    return lineAt({ status: row.status, state: state ?? came, arrived_at, checked_in_at: row.checked_in_at, left_at }, at);
  });
}

/** `handbook.proceedings.applying.ballot_key`: a UUID of version 5 of what the vote is about. */
export async function ballotKey(meetingId: Id, subject: string): Promise<string> {
  const space = Uint8Array.from('6ba7b8119dad11d180b400c04fd430c8'.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const name = new TextEncoder().encode(`urn:handbook:meeting:${meetingId}:${subject}`);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', new Uint8Array([...space, ...name])));
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(hash.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What was written before the end of the last meeting and reached the server after it had not been heard there. */
function isHeardSince({ updates = [] }: Task, before: number): boolean {
  return updates.some(({ kind, recorded_at }) => (kind === 'done' || kind === 'not_done') && Date.parse(recorded_at ?? '') > before);
}

/** The task as the meeting found it; where this phone may not read the reports, by the hour at which it ended. */
function asFound(task: Task, heard: { closed: number; until: number } | null): Known {
  const known = { state: task.state, percent: task.percent ?? null, reason: task.reason ?? null };
  if (heard === null) return known;
  if (task.updates) return asHeard(task.updates, heard.closed, heard.until) ?? known;
  return task.finished_at && Date.parse(task.finished_at) > heard.closed ? { ...known, state: 'open' } : known;
}

/** The tasks that the meeting goes through, the same as `handbook.resolutions.task_queries.tasks_to_review`, as it found them. */
export function tasksToReview(
  meeting: Meeting, day: string, heard: { closed: number; until: number } | null, resolutions: readonly Resolution[], meetings: readonly Meeting[],
  names: ReadonlyMap<Id, string> = new Map(),
): TaskFacts[] {
  const starts = Date.parse(meeting.starts_at);
  const before = Math.max(0, ...meetings
    .filter((one) => one.organization_id === meeting.organization_id && one.kind === meeting.kind && HELD.includes(one.state))
    .filter((one) => Date.parse(one.starts_at) < starts)
    .map((one) => Date.parse(one.closed_at ?? one.starts_at)));
  /** `gone_before` there: what the meeting itself put in its place was in force until then. */
  const goneBefore = (one: Resolution): boolean => one.state === 'revoked'
    && (one.superseded_by ? resolutions.find((other) => other.id === one.superseded_by?.id)?.meeting_id : null) !== meeting.id
    && (heard === null || (one.revoked_on ?? '') < day);
  return resolutions
    .filter((one) => one.organization_id === meeting.organization_id && one.state !== 'draft')
    .filter((one) => (one.issued_on ?? '') <= day && one.meeting_id !== meeting.id)
    .flatMap((one) => {
      const gone = goneBefore(one);
      const marks = { superseded: gone && !!one.superseded_by, revoked: gone && !one.superseded_by };
      return (gone ? standingTasks(one, resolutions) : one.tasks).map((task) => ({ ...task, ...marks }));
    })
    .filter((task) => !task.finished_at || Date.parse(task.finished_at) > before || isHeardSince(task, before))
    .sort((a, b) => (a.due_on ?? '9').localeCompare(b.due_on ?? '9') || Number(a.id) - Number(b.id))
    .map((task) => ({
      key: task.id, title: task.title, assignees: task.assignees.map((one) => ({ name: names.get(one.member_id) ?? one.full_name })), due_on: task.due_on,
      ...asFound(task, heard), superseded: task.superseded, revoked: task.revoked,
    }));
}
