import { expect, test } from 'vitest';
import { downloadInPieces, forgetPieces, PIECE } from '$sync/pieces';
import { problem, serve, type Sent } from './server';

const BYTES = Uint8Array.from({ length: 2 * PIECE + 7 }, (_, index) => index % 251);
const FILE = { size: BYTES.length, sha256: 'a' };

function ranges(sent: Sent): Response {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(sent.headers.get('Range') ?? '') ?? [];
  return new Response(BYTES.slice(Number(from), Number(to) + 1), { status: 206 });
}

/** Whether it is the file, byte for byte. */
async function isWhole(blob: Blob): Promise<boolean> {
  return Buffer.from(await blob.arrayBuffer()).equals(BYTES);
}

test('a large file comes in pieces, each told, and is whole in the end', async () => {
  const log = serve(ranges);
  const told: number[] = [];
  const answer = await downloadInPieces('/f', FILE, (arrived) => told.push(arrived));
  expect(log.map((sent) => sent.headers.get('Range'))).toEqual([
    `bytes=0-${PIECE - 1}`, `bytes=${PIECE}-${2 * PIECE - 1}`, `bytes=${2 * PIECE}-${2 * PIECE + 6}`,
  ]);
  expect(told).toEqual([0, PIECE, 2 * PIECE, FILE.size]);
  expect(answer.ok && await isWhole(answer.data)).toBe(true);
});

test('an attempt goes on where the last one broke off', async () => {
  const log = serve(ranges, 'offline', problem(503, 'unavailable'), ranges);
  expect(await downloadInPieces('/f', FILE)).toEqual({ ok: false, kind: 'network' });
  expect(await downloadInPieces('/f', FILE)).toMatchObject({ ok: false, problem: { status: 503 } });
  const told: number[] = [];
  const answer = await downloadInPieces('/f', FILE, (arrived) => told.push(arrived));
  expect(told[0]).toBe(PIECE);
  expect(answer.ok && await isWhole(answer.data)).toBe(true);
  expect(log).toHaveLength(5);
});

test('what was refused begins anew', async () => {
  const log = serve(ranges, problem(404, 'not_found'), ranges);
  await downloadInPieces('/f', FILE);
  await downloadInPieces('/f', FILE);
  expect(log[2]?.headers.get('Range')).toBe(`bytes=0-${PIECE - 1}`);
});

test('two who ask at once share one transfer, and both hear of it', async () => {
  const log = serve(ranges);
  const told: number[] = [];
  const [one, two] = await Promise.all([
    downloadInPieces('/f', FILE), downloadInPieces('/f', FILE, (arrived) => told.push(arrived)),
  ]);
  expect(one).toBe(two);
  expect(log).toHaveLength(3);
  expect(told.at(-1)).toBe(FILE.size);
});

test('a small file is asked for whole; so is taken what comes whole unasked', async () => {
  const small = serve(() => new Response('abc'));
  expect(await downloadInPieces('/f', { size: 3, sha256: 'b' })).toMatchObject({ ok: true, status: 200 });
  expect(small[0]?.headers.has('Range')).toBe(false);
  serve(() => new Response(BYTES));
  const answer = await downloadInPieces('/f', FILE);
  expect(answer.ok && answer.data.size).toBe(FILE.size);
});

test('an answer without bytes is no network, and never asked for without end', async () => {
  const log = serve(() => new Response('', { status: 206 }));
  expect(await downloadInPieces('/f', FILE)).toEqual({ ok: false, kind: 'network' });
  expect(log).toHaveLength(1);
});

test('after a log-out nothing of it is left', async () => {
  serve(ranges, 'offline');
  await downloadInPieces('/f', FILE);
  forgetPieces();
  const log = serve(ranges);
  await downloadInPieces('/f', FILE);
  expect(log).toHaveLength(3);
});
