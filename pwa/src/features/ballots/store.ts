/** The ballots of a meeting on this phone: read from the last seen list, kept fresh while a screen shows them. */
import { codeOf, request } from '$api/client';
import type { Id, Problem } from '$api/shapes';
import { readView, refreshView } from '$db/views';
import { randomKey } from '$lib/ids';
import { pollWhileSeen } from '$lib/poll';
import { takePaper } from './papers';
import { ballotsPath, readBallots } from './seen';
import type { Ballot, BallotKind, BallotMethod, BallotRecord, Choice, Papers, Tally } from '$api/ballot-shapes';

/** A little apart, so that a full room does not ask all at once. */
const PACE = { every: 4_000, retry: 10_000, spread: 0.3 };

export function recordPath(ballotId: Id): string {
  return `/api/ballots/${encodeURIComponent(ballotId)}/result`;
}

export async function readRecord(ballotId: Id): Promise<BallotRecord | null> {
  return (await readView<BallotRecord>(recordPath(ballotId)))?.body ?? null;
}

/** Asks for the ballots, and takes this member's paper of every secret one that gives them out. Answers null or a code. */
export async function refreshBallots(meetingId: Id): Promise<string | null> {
  const code = await refreshView(ballotsPath(meetingId));
  if (code !== null) return code;
  for (const ballot of (await readBallots(meetingId)) ?? []) {
    if (ballot.state === 'open' && ballot.method === 'secret' && ballot.mine.may_vote) await takePaper(ballot);
  }
  return null;
}

/** Keeps the ballots of a meeting fresh while the window is seen. `heard` learns whether the server answered. */
export function watchBallots(meetingId: Id, heard: (code: string | null) => void = () => undefined): () => void {
  return pollWhileSeen(() => refreshBallots(meetingId), PACE, heard);
}

/** Gives the own open vote, or changes it. */
export async function castVote(ballot: Ballot, choice: Choice): Promise<string | null> {
  const answer = await request('PUT', `/api/ballots/${encodeURIComponent(ballot.id)}/votes/me`, { body: { choice } });
  await refreshBallots(ballot.meeting_id);
  return answer.ok ? null : codeOf(answer);
}

export interface Question {
  key: string;
  title: string;
  kind: BallotKind;
  method: BallotMethod;
  agenda_item_id: Id | null;
  resolution_id: Id | null;
}

/** A UUID, also where `crypto.randomUUID` is missing. */
export function newKey(): string {
  const hex = randomKey();
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}

/** Proposes a ballot and puts it to the vote at once. The same `key` again goes on where the last attempt stopped. */
export async function putToTheVote(meetingId: Id, question: Question): Promise<string | null> {
  const proposed = await request<Ballot>('POST', ballotsPath(meetingId), { body: question });
  if (!proposed.ok) return codeOf(proposed);
  const code = proposed.data.state === 'draft' ? (await step(proposed.data, 'open')).code : null;
  return code;
}

export interface StepAnswer {
  code: string | null;
  problem?: Problem;
}

export interface Beginning {
  /** The members of whom the chair knows that casting begins without a paper for them. */
  without_paper: Id[];
}

export interface Closing {
  accept_few_votes?: boolean;
  expected_denominator: number;
  tally?: Tally;
  papers?: Papers;
  /** Raised beside an open vote by phone. */
  hands?: Tally;
  reserved?: { member_id: Id; text: string }[];
}

export async function step(ballot: Ballot, name: 'open' | 'begin-casting' | 'close' | 'withdraw', body?: Closing | Beginning): Promise<StepAnswer> {
  const answer = await request<Ballot>('POST', `/api/ballots/${encodeURIComponent(ballot.id)}/${name}`, { ifMatch: ballot.etag, body });
  await refreshBallots(ballot.meeting_id);
  if (answer.ok) return { code: null };
  return answer.kind === 'problem' ? { code: answer.problem.code, problem: answer.problem } : { code: codeOf(answer) };
}

export async function reserve(ballot: Ballot, reserved: { member_id: Id; text: string }[]): Promise<StepAnswer> {
  const path = `/api/ballots/${encodeURIComponent(ballot.id)}/reservations`;
  const answer = await request<Ballot>('PUT', path, { ifMatch: ballot.etag, body: { reserved } });
  await refreshBallots(ballot.meeting_id);
  return { code: answer.ok ? null : codeOf(answer) };
}
