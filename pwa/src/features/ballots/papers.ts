/**
 * The paper of a secret ballot on this phone (ADR 10). It is made and signed while papers are given out, together with
 * everybody else's, and cast after the chair has let casting begin, as nobody in particular. Three secrets stand for the three choices; a mark is the hash of a
 * secret, the serial the hash of the marks. Casting shows one secret, so nobody can turn the paper to another choice.
 */
import { codeOf, request } from '$api/client';
import type { Id } from '$api/shapes';
import { database, write } from '$db/database';
import { base64urlOf, bytesOfBase64url } from '$lib/base64url';
import { blind, finalize, importKey, join, random, verify } from './blind';
import { choices, type Ballot, type BallotRecord, type BoxVote, type Choice } from '$api/ballot-shapes';

/** What the phone keeps. Once the paper is cast only the serial stays: it tells that the vote was counted, not how. */
export interface StoredPaper {
  serial: string;
  cast: boolean;
  secrets?: string[];
  randomizer?: string;
  inverse?: string;
  blinded?: string;
  signature?: string;
}

/** Casting waits up to so long, so that when a vote arrives says less about whose it is. */
const LONGEST_DELAY = 4_000;
const encoder = new TextEncoder();

/** Without a secure connection browsers have no cryptography, and phones cannot vote in secret. */
export const canVoteSecretly = typeof crypto !== 'undefined' && 'subtle' in crypto;

async function digest(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

async function marksOf(secrets: readonly string[]): Promise<string[]> {
  return Promise.all(secrets.map(async (secret) => base64urlOf(await digest(bytesOfBase64url(secret)))));
}

async function serialOf(marks: readonly string[]): Promise<string> {
  return base64urlOf(await digest(join(...marks.map(bytesOfBase64url))));
}

function messageOf(ballotKey: string, serial: string, randomizer: string): Uint8Array<ArrayBuffer> {
  return join(bytesOfBase64url(randomizer), encoder.encode(`handbook-ballot-1:${ballotKey}:${serial}`));
}

function place(ballotId: Id): string {
  return `ballot-paper:${ballotId}`;
}

export async function readPaper(ballotId: Id): Promise<StoredPaper | null> {
  const row = await (await database()).get('views', place(ballotId));
  return (row?.body as StoredPaper | undefined) ?? null;
}

/** Keeps the paper, unless this phone has one already and `first` is asked for; answers the one that is kept. */
async function keepPaper(ballotId: Id, paper: StoredPaper, first = false): Promise<StoredPaper> {
  return write(['views', 'meta'], async (tx) => {
    const store = tx.objectStore('views');
    const known = (await store.get(place(ballotId)))?.body as StoredPaper | undefined;
    if (first && known) return known;
    // Logged out meanwhile: nothing of it may come back.
    if (await tx.objectStore('meta').getKey('session')) {
      await store.put({ key: place(ballotId), body: paper, etag: null, fetched_at: new Date().toISOString() });
    }
    return paper;
  });
}

async function forgetPaper(ballotId: Id): Promise<void> {
  await write(['views'], (tx) => tx.objectStore('views').delete(place(ballotId)));
}

async function newPaper(ballot: Ballot): Promise<StoredPaper> {
  const secrets = choices.map(() => base64urlOf(random(32)));
  const serial = await serialOf(await marksOf(secrets));
  const randomizer = base64urlOf(random(32));
  const key = await importKey(bytesOfBase64url(ballot.public_key ?? ''));
  const { blinded, inverse } = await blind(key, messageOf(ballot.key, serial, randomizer));
  return { serial, cast: false, secrets, randomizer, inverse: inverse.toString(16), blinded: base64urlOf(blinded) };
}

/** Whether papers of the secret ballot are being given out: then nobody can cast, and afterwards nobody gets one. */
export function givesOutPapers(ballot: Ballot): boolean {
  return ballot.method === 'secret' && ballot.state === 'open' && ballot.casting_since === null;
}

/**
 * Takes this member's paper. It is kept before it is sent, so that an answer that got lost can be asked for again.
 * Answers null, or the code of what went wrong: `paper_already_taken` when another phone of the member has it,
 * `papers_given_out` when it comes after casting has begun.
 */
export async function takePaper(ballot: Ballot): Promise<string | null> {
  if (!canVoteSecretly) return 'insecure_connection';
  const known = await readPaper(ballot.id);
  if (!known && ballot.mine.paper_taken) return 'paper_already_taken';
  if (!known && !givesOutPapers(ballot)) return 'papers_given_out';
  const paper = known ?? (await keepPaper(ballot.id, await newPaper(ballot), true));
  if (paper.cast || paper.signature) return null;
  const answer = await request<{ blind_signature: string }>('POST', `/api/ballots/${encodeURIComponent(ballot.id)}/papers`, {
    body: { blinded: paper.blinded },
  });
  if (!answer.ok) {
    const code = codeOf(answer);
    // A paper that nobody will ever sign must not look like one that waits for its signature, or like a vote that was lost.
    if (code === 'paper_already_taken' || code === 'papers_given_out') await forgetPaper(ballot.id);
    return code;
  }
  const key = await importKey(bytesOfBase64url(ballot.public_key ?? ''));
  const message = messageOf(ballot.key, paper.serial, paper.randomizer ?? '');
  try {
    const signature = await finalize(key, message, bytesOfBase64url(answer.data.blind_signature), BigInt(`0x${paper.inverse}`));
    // The blinding has done its work; nothing on this phone ties the paper to its taking any more.
    const { serial, cast, secrets, randomizer } = paper;
    await keepPaper(ballot.id, { serial, cast, secrets, randomizer, signature: base64urlOf(signature) } as StoredPaper);
  } catch {
    return 'invalid_paper';
  }
  return null;
}

/**
 * Casts the paper: a request without cookies, session or anything else that says who sends it, after a random while.
 * Answers null when it lies in the box, or the code of what went wrong.
 */
export async function castPaper(ballotId: Id, choice: Choice, delay = Math.random() * LONGEST_DELAY): Promise<string | null> {
  const paper = await readPaper(ballotId);
  if (!paper?.secrets || !paper.signature) return 'invalid_paper';
  const { serial, secrets, randomizer, signature } = paper;
  const body = { choice, secret: secrets[choices.indexOf(choice)], marks: await marksOf(secrets), randomizer, signature };
  await new Promise((resolve) => setTimeout(resolve, delay));
  const answer = await request('POST', `/api/ballot-box/${encodeURIComponent(ballotId)}`, { body, anonymous: true });
  const code = answer.ok ? null : codeOf(answer);
  // Used with another choice: an earlier attempt got through although its answer did not.
  if (code === null || code === 'paper_already_used') await keepPaper(ballotId, { serial, cast: true });
  return code;
}

export interface Recount {
  genuine: number;
  forged: number;
  papers: number;
  /** Whether the paper that this phone cast lies in the box; null when it cast none. */
  ownCounted: boolean | null;
  /** Whether the published votes give the published result. */
  agrees: boolean;
}

/** Counts a closed secret ballot again on this phone, trusting nothing but the list itself. */
export async function recount(record: BallotRecord): Promise<Recount> {
  const { ballot, box, papers, public_key } = record;
  const { key } = await importKey(bytesOfBase64url(public_key ?? ''));
  const counts = { agree: 0, disagree: 0, other: 0 };
  let genuine = 0;
  const seen = new Set<string>();
  for (const vote of box) {
    if (seen.has(vote.serial) || !(await isGenuine(vote, ballot.key, key))) continue;
    seen.add(vote.serial);
    genuine += 1;
    counts[vote.choice] += 1;
  }
  const own = await readPaper(ballot.id);
  const { result } = ballot;
  return {
    genuine, forged: box.length - genuine, papers: papers.length,
    // An attempt whose answer was lost may lie in the box all the same.
    ownCounted: own && (own.cast || seen.has(own.serial)) ? seen.has(own.serial) : null,
    agrees: result !== null && (['agree', 'disagree', 'other'] as const).every((choice) => counts[choice] === result[choice]),
  };
}

async function isGenuine(vote: BoxVote, ballotKey: string, key: CryptoKey): Promise<boolean> {
  const [mark] = await marksOf([vote.secret]);
  if (mark !== vote.marks[choices.indexOf(vote.choice)] || (await serialOf(vote.marks)) !== vote.serial) return false;
  return verify(key, messageOf(ballotKey, vote.serial, vote.randomizer), bytesOfBase64url(vote.signature));
}
