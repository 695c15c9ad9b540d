import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearDatabase, write } from '$db/database';
import { base64urlOf } from '$lib/base64url';
import { castPaper, readPaper, recount, takePaper } from './papers';
import type { Ballot, BallotRecord, BoxVote } from '$api/ballot-shapes';

const KEY = '6e7c3f0a-0000-4000-8000-000000000001';
interface Call { url: string; init: RequestInit }

/** A server that signs blinded papers, and remembers what it was sent. */
class Server {
  calls: Call[] = [];
  box: BoxVote[] = [];
  lose = 0;

  constructor(readonly publicKey: string, private readonly d: bigint, private readonly n: bigint) {}

  static async start(): Promise<Server> {
    const pair = await crypto.subtle.generateKey(
      { name: 'RSA-PSS', hash: 'SHA-384', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign', 'verify'],
    );
    const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
    const number = (text = ''): bigint => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    return new Server(base64urlOf(spki), number(jwk.d), number(jwk.n));
  }

  sign(blinded: string): string {
    let [base, power, signed] = [BigInt(`0x${Buffer.from(blinded, 'base64url').toString('hex')}`), this.d, 1n];
    for (; power > 0n; power >>= 1n, base = (base * base) % this.n) if (power & 1n) signed = (signed * base) % this.n;
    return Buffer.from(signed.toString(16).padStart(512, '0'), 'hex').toString('base64url');
  }

  answer = (url: string, init: RequestInit): Promise<Response> => {
    this.calls.push({ url, init });
    const body = JSON.parse(init.body as string) as { blinded: string } & BoxVote;
    if (this.lose-- > 0) return Promise.reject(new TypeError('lost'));
    if (url.endsWith('/papers')) return Promise.resolve(Response.json({ blind_signature: this.sign(body.blinded) }, { status: 201 }));
    this.box.push(body);
    return Promise.resolve(Response.json({ serial: 'x' }, { status: 201 }));
  };
}

let server: Server;
let ballot: Ballot;

beforeEach(async () => {
  server = await Server.start();
  ballot = { id: '7', key: KEY, public_key: server.publicKey, method: 'secret', state: 'open', casting_since: null, mine: { paper_taken: false } } as Ballot;
  vi.stubGlobal('fetch', server.answer);
  await write(['meta'], (tx) => tx.objectStore('meta').put({ key: 'session', value: {} }));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await clearDatabase();
});

async function recordOf(changes: Partial<BallotRecord> = {}): Promise<BallotRecord> {
  const paper = await readPaper('7');
  return {
    ballot: { ...ballot, result: { agree: 1, disagree: 0, other: 0 } } as Ballot, public_key: server.publicKey, votes: [],
    papers: [{ member_id: '1', full_name: 'Đặng Thị Ngẫm' }], box: server.box.map((vote) => ({ ...vote, serial: paper?.serial ?? '' })),
    ...changes,
  };
}

describe('the paper of a secret ballot', () => {
  it('is taken, cast as nobody, and then forgotten but for its serial', async () => {
    expect(await takePaper(ballot)).toBeNull();
    expect(await castPaper('7', 'agree', 0)).toBeNull();
    const [taking, casting] = server.calls;
    expect(taking?.init.credentials).toBe('same-origin');
    expect(casting?.init.credentials).toBe('omit');
    expect(casting?.url).toBe('/api/ballot-box/7');
    const kept = await readPaper('7');
    expect(Object.keys(kept ?? {}).sort()).toEqual(['cast', 'serial']);
    expect(casting?.init.body).not.toContain(JSON.parse(taking?.init.body as string).blinded as string);
    const found = await recount(await recordOf());
    expect(found).toEqual({ genuine: 1, forged: 0, papers: 1, ownCounted: true, agrees: true });
  });

  it('asks with the same blinded paper again when the answer was lost', async () => {
    server.lose = 1;
    expect(await takePaper(ballot)).toBe('network');
    expect(await takePaper(ballot)).toBeNull();
    expect(await takePaper(ballot)).toBeNull();
    expect(server.calls.map((call) => call.init.body)).toEqual([server.calls[0]?.init.body, server.calls[0]?.init.body]);
  });

  it('keeps nothing that ties the paper to its taking once it is signed', async () => {
    await takePaper(ballot);
    const kept = await readPaper('7');
    expect(kept).not.toHaveProperty('inverse');
    expect(kept).not.toHaveProperty('blinded');
  });

  it('refuses a signature that is none', async () => {
    server.sign = () => base64urlOf(new Uint8Array(256).fill(7));
    expect(await takePaper(ballot)).toBe('invalid_paper');
    expect(await castPaper('7', 'agree', 0)).toBe('invalid_paper');
  });

  it('is not asked for on a second phone, which keeps nothing of a refused one', async () => {
    expect(await takePaper({ ...ballot, mine: { ...ballot.mine, paper_taken: true } })).toBe('paper_already_taken');
    expect(server.calls).toEqual([]);
    const refused = { status: 409, headers: { 'Content-Type': 'application/problem+json' } };
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ status: 409, code: 'paper_already_taken' }, refused)));
    expect(await takePaper(ballot)).toBe('paper_already_taken');
    expect(await readPaper('7')).toBeNull();
  });

  it('is not asked for once casting has begun, unless this phone waits for its signature', async () => {
    const casting = { ...ballot, casting_since: '2026-11-22T03:00:00Z' };
    expect(await takePaper(casting)).toBe('papers_given_out');
    expect(server.calls).toEqual([]);
    server.lose = 1;
    expect(await takePaper(ballot)).toBe('network');
    expect(await takePaper({ ...casting, mine: { ...ballot.mine, paper_taken: true } })).toBeNull();
    expect((await readPaper('7'))?.signature).toBeDefined();
  });

  it('that the server never heard of before casting began does not stay as one that waits', async () => {
    server.lose = 1;
    await takePaper(ballot);
    const refused = { status: 409, headers: { 'Content-Type': 'application/problem+json' } };
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ status: 409, code: 'papers_given_out' }, refused)));
    expect(await takePaper({ ...ballot, casting_since: '2026-11-22T03:00:00Z' })).toBe('papers_given_out');
    expect(await readPaper('7')).toBeNull();
  });

  it('that was taken and never cast is no vote that got lost', async () => {
    await takePaper(ballot);
    await castPaper('7', 'agree', 0);
    const honest = await recordOf();
    expect(await recount(honest)).toMatchObject({ ownCounted: true, agrees: true });
    await write(['views'], (tx) => tx.objectStore('views').clear());
    await takePaper(ballot);
    expect(await recount(honest)).toMatchObject({ ownCounted: null, agrees: true });
  });

  it('can be cast again after the answer was lost', async () => {
    await takePaper(ballot);
    server.lose = 1;
    expect(await castPaper('7', 'other', 0)).toBe('network');
    expect(await castPaper('7', 'other', 0)).toBeNull();
  });
});

describe('counting again', () => {
  it('finds a vote that was turned, one that was added, and a result that does not fit', async () => {
    await takePaper(ballot);
    await castPaper('7', 'agree', 0);
    const honest = await recordOf();
    const [vote] = honest.box as [BoxVote];
    expect(await recount({ ...honest, box: [{ ...vote, choice: 'disagree' }] })).toMatchObject({ genuine: 0, forged: 1, agrees: false });
    const added = { ...vote, randomizer: base64urlOf(new Uint8Array(32)) };
    expect(await recount({ ...honest, box: [vote, { ...added, serial: vote.serial.split('').reverse().join('') }] })).toMatchObject({ genuine: 1, forged: 1 });
    expect(await recount({ ...honest, box: [vote, vote] })).toMatchObject({ genuine: 1, forged: 1 });
    expect(await recount({ ...honest, box: [] })).toMatchObject({ ownCounted: false, agrees: false });
  });
});
