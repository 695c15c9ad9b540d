/** The score as this phone can tell it: what the server said, and over it the paper sheets that stand in the book of the room. */
import type { Id } from '$api/shapes';
import { inForceAt } from '$db/rules';
import { thereCount } from '$features/roll/board';
import { countsHere, fetchRoll, readMeeting } from '$features/roll/commands';
import { append, fetchBook, readBook, settled } from '$sync/book';
import { saidBy, type PaperCount, type RoomEntry } from '$sync/room';
import { fetchScore, readScore } from './commands';
import { boundsOf, gradeOf, joined, shown, type Bounds } from './rules';
import type { MeetingScore, ScoreResult } from './shapes';

export interface ScoreHere {
  /** What the server told last; null where it never did. */
  view: MeetingScore | null;
  /** The paper sheets that stand, and those that stood before they were corrected, the first first. */
  paper: PaperCount | null;
  earlier: PaperCount[];
  /** Members are still scoring by phone, as far as is known here. */
  open: boolean;
  result: ScoreResult | null;
  /** How many sheets by phone there are, and how many people came by the roll. */
  byPhone: number;
  present: number;
  /** A line of the book is on its way to the server. */
  waiting: boolean;
  /** Who holds this phone runs the meeting, and it is not settled. */
  editable: boolean;
}

/** Of what the server told and what the book says, the result that holds; null while there is none. */
export function resultOf(view: MeetingScore | null, paper: PaperCount | null, bounds: Bounds): ScoreResult | null {
  if (view?.state === 'open' || view?.state === 'withdrawn') return null;
  const told = view?.state === 'closed' && view.average !== null && view.grade !== null ? view : null;
  const known = told?.paper ?? null;
  if (told && (paper === null || (known?.sheets === paper.sheets && known.points === paper.points))) {
    const { average, grade, sheets, method, criteria, criterion_averages } = told;
    return { average: average ?? '', grade: grade ?? 'poor', sheets, method, criteria, criterion_averages };
  }
  const byPhone = { sheets: (told?.sheets ?? 0) - (known?.sheets ?? 0), points: (told?.points ?? 0) - (known?.points ?? 0) };
  const together = joined(byPhone, paper);
  return together && {
    average: shown(together), grade: gradeOf(together, bounds), sheets: together.sheets, method: together.method,
    criteria: view?.criteria ?? [], criterion_averages: [],
  };
}

export function phoneSheets(view: MeetingScore | null): number {
  if (!view) return 0;
  return view.state === 'open' ? view.sheets : view.sheets - (view.paper?.sheets ?? 0);
}

export async function readScoreHere(meetingId: Id): Promise<ScoreHere> {
  const [view, meeting, book] = [await readScore(meetingId), await readMeeting(meetingId), await readBook(meetingId)];
  const counts = await countsHere(meetingId);
  const bounds = boundsOf(meeting ? (await inForceAt(meeting.organization_id)).rules : {});
  const paper = book.room.score ?? view?.paper ?? null;
  const lines = [...book.entries.values()].filter(
    (entry) => entry.subject === 'paper_score' && !book.refused.some((one) => one.id === entry.id));
  return {
    view, paper, open: view?.state === 'open', result: resultOf(view, paper, bounds), byPhone: phoneSheets(view),
    earlier: earlierOf(lines.map((entry) => ({ ...entry, at: Date.parse(entry.at) }) as RoomEntry), view, paper),
    present: counts ? thereCount(counts) : (view?.present ?? 0),
    waiting: book.waiting > 0 && lines.some((entry) => entry.outcome === null),
    editable: meeting !== null && ['open', 'closed'].includes(meeting.state) && meeting.can.length > 0,
  };
}

/** What the book and the server keep of counts that stood before. */
export function earlierOf(lines: readonly RoomEntry[], view: MeetingScore | null, paper: PaperCount | null): PaperCount[] {
  const byId = new Map(lines.map((entry) => [entry.id, entry]));
  const said = [...lines].sort((a, b) => a.at - b.at).flatMap((entry) => (saidBy(entry, byId)?.data as unknown as PaperCount | undefined) ?? []);
  const seen = new Set(paper ? [`${paper.sheets}/${paper.points}`] : []);
  return [...(view?.corrections ?? []), ...said].map(({ sheets, points }) => ({ sheets, points })).filter(({ sheets, points }) => {
    const known = seen.has(`${sheets}/${points}`);
    seen.add(`${sheets}/${points}`);
    return !known;
  });
}

/** Writes the paper sheets into the book of the room, with or without a network: null, or why the server does not count them. */
export async function enterPaper(meetingId: Id, { sheets, points }: PaperCount): Promise<string | null> {
  const refused = await settled(meetingId, await append(meetingId, [{ kind: 'paper_score', data: { sheets, points } }]));
  await fetchScore(meetingId);
  return refused;
}

/**
 * What the server knows of the score, of the book, and of who is there by now, which bounds the sheets of paper; answers null, or
 * the code of what went wrong.
 */
export async function fetchScoreAndBook(meetingId: Id): Promise<string | null> {
  const [code] = await Promise.all([fetchBook(meetingId), fetchRoll(meetingId)]);
  return code ?? fetchScore(meetingId);
}
