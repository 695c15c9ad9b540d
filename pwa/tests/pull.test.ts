import { expect, test, vi } from 'vitest';
import { database, onChange, readMeta, write, writeMeta } from '$db/database';
import { savedPapers } from '$db/queries';
import { downloadPapers, fetchPaper } from '$sync/papers';
import { forgetPieces, PIECE } from '$sync/pieces';
import { pull } from '$sync/pull';
import { meeting, notice, page, session } from './samples';
import { empty, json, problem, serve, type Sent } from './server';

test('a first pull fills the phone and keeps the cursor in the same transaction', async () => {
  const log = serve(json(page('c1', { meetings: [meeting()], notices: [notice()] }, { full: true })));
  expect(await pull()).toEqual({ outcome: 'changed', changes: 2, newNotices: 1 });
  expect(log[0]?.path).toBe('/api/sync');
  expect((await (await database()).getAll('meetings')).map((row) => row.id)).toEqual(['17']);
  expect(await readMeta('cursor')).toBe('c1');
  expect(await readMeta('synced_at')).toBeDefined();
});

test('the next pull asks from the cursor; nothing new changes nothing but the time', async () => {
  await writeMeta('cursor', 'c 1');
  const log = serve(empty(304));
  expect(await pull()).toEqual({ outcome: 'unchanged' });
  expect(log[0]?.path).toBe('/api/sync?cursor=c%201');
  expect(await readMeta('cursor')).toBe('c 1');
});

test('what is gone goes, what changed is replaced', async () => {
  serve(json(page('c1', { meetings: [meeting(), meeting({ id: '18' })] })));
  await pull();
  serve(json(page('c2', { meetings: [meeting({ place: 'Hội trường' })] }, { gone: [{ type: 'meeting', id: '18' }, { type: 'unheard_of', id: '1' }] })));
  await pull();
  expect((await (await database()).getAll('meetings')).map((row) => [row.id, row.place])).toEqual([['17', 'Hội trường']]);
});

test('a full answer replaces everything that was synced and nothing else', async () => {
  serve(json(page('c1', { meetings: [meeting({ id: '1' })], notices: [notice()] })));
  await pull();
  await write(['outbox'], (tx) => tx.objectStore('outbox').put({
    key: 'k', kind: 'x', subject: 's', method: 'PUT', path: '/api/x', body: {}, state: 'queued', created_at: '', attempts: 0,
  }));
  serve(json(page('c2', { meetings: [meeting({ id: '2' })] }, { full: true })));
  await pull();
  const db = await database();
  expect((await db.getAll('meetings')).map((row) => row.id)).toEqual(['2']);
  expect(await db.getAll('notices')).toEqual([]);
  expect(await db.getAll('outbox')).toHaveLength(1);
});

test('pages follow each other until the last, told once to live queries each', async () => {
  const told: string[][] = [];
  const stop = onChange((stores) => told.push([...stores]));
  serve(json(page('c1', { meetings: [meeting({ id: '1' })] }, { more: true })), json(page('c2', { meetings: [meeting({ id: '2' })] })));
  expect(await pull()).toMatchObject({ outcome: 'changed', changes: 2 });
  stop();
  expect(told).toHaveLength(2);
  expect(await readMeta('cursor')).toBe('c2');
});

test('a failure leaves what the phone has', async () => {
  serve(json(page('c1', { meetings: [meeting()] })));
  await pull();
  serve('offline');
  expect(await pull()).toEqual({ outcome: 'failed', code: 'network' });
  serve(problem(500, 'internal_error'));
  expect(await pull()).toEqual({ outcome: 'failed', code: 'internal_error' });
  expect(await (await database()).getAll('meetings')).toHaveLength(1);
  expect(await readMeta('cursor')).toBe('c1');
});

test('an answer that was overtaken (another tab, a wipe) is thrown away', async () => {
  serve(async () => {
    await writeMeta('cursor', 'other');
    return json(page('c1', { meetings: [meeting()] }));
  });
  await pull();
  expect(await readMeta('cursor')).toBe('other');
  expect(await (await database()).getAll('meetings')).toEqual([]);
});

test('a page asked for before the account accepted something does not take that back; the phone asks again', async () => {
  const due = { ...session(), purpose_notice_due: true };
  const accepted = { ...session(), purpose_notice_due: false };
  await writeMeta('session', due);
  const log = serve(async () => {
    await writeMeta('session', accepted);
    return json(page('c1', { me: due }));
  }, json(page('c1', { me: accepted, meetings: [meeting()] })));
  await pull();
  expect(log).toHaveLength(2);
  expect(await readMeta('session')).toEqual(accepted);
  expect((await (await database()).getAll('meetings')).map((row) => row.id)).toEqual(['17']);
});

const paper = {
  id: '5', meeting_id: '17', agenda_item_id: null, title: 'Báo cáo', filename: 'a.pdf', media_type: 'application/pdf', size: 3,
  sha256: 'one',
};

test('papers of coming meetings are put on the phone once, and again when they change', async () => {
  const coming = meeting({ ends_at: new Date(Date.now() + 3_600_000).toISOString(), papers: [paper] });
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(coming));
  const log = serve(() => new Response('abc'));
  await downloadPapers();
  await downloadPapers();
  expect(log).toHaveLength(1);
  expect([...(await savedPapers(coming)).keys()]).toEqual(['5']);
  const changed = { ...coming, papers: [{ ...paper, sha256: 'two' }] };
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(changed));
  expect((await savedPapers(changed)).size).toBe(0);
  await downloadPapers();
  expect(log).toHaveLength(2);
});

test('papers of drafts, old meetings and very large ones are left until asked for; withdrawn ones are forgotten', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  await write(['meetings'], async (tx) => {
    const store = tx.objectStore('meetings');
    await store.put(meeting({ id: '1', state: 'draft', ends_at: soon, papers: [{ ...paper, id: '1', meeting_id: '1' }] }));
    await store.put(meeting({ id: '2', ends_at: '2020-01-01T00:00:00Z', papers: [{ ...paper, id: '2', meeting_id: '2' }] }));
    await store.put(meeting({ id: '3', ends_at: soon, papers: [{ ...paper, id: '3', meeting_id: '3', size: 99_000_000 }] }));
  });
  const log = serve(() => new Response('abc'));
  await downloadPapers();
  expect(log).toEqual([]);
  expect(await fetchPaper({ ...paper, id: '2', meeting_id: '2' })).toBeNull();
  await write(['meetings'], (tx) => tx.objectStore('meetings').delete('2'));
  await downloadPapers();
  expect(await (await database()).getAllKeys('papers')).toEqual([]);
});

test('a paper that arrives after the meeting was withdrawn is not kept', async () => {
  serve(() => new Response('abc'));
  expect(await fetchPaper(paper)).toBe('not_found');
  expect(await (await database()).getAllKeys('papers')).toEqual([]);
});

test('what has begun to arrive is gone on with after the app was closed, and shown to nobody before it is whole', async () => {
  const bytes = new Uint8Array(2 * PIECE + 7).fill(7);
  const large = { ...paper, size: bytes.length, sha256: 'large' };
  const soon = meeting({ ends_at: new Date(Date.now() + 3_600_000).toISOString(), papers: [large] });
  await write(['meetings'], (tx) => tx.objectStore('meetings').put(soon));
  // Each piece takes six seconds, and then the line is gone.
  vi.useFakeTimers({ toFake: ['Date'] });
  const slowly = (sent: Sent): Response => {
    vi.setSystemTime(Date.now() + 6_000);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(sent.headers.get('Range') ?? '') ?? [];
    return new Response(bytes.slice(Number(from), Number(to) + 1), { status: 206 });
  };
  try {
    serve(slowly, 'offline');
    expect(await fetchPaper(large)).toBe('network');
    expect((await savedPapers(soon)).size).toBe(0);
    forgetPieces();
    const log = serve(slowly);
    const told: number[] = [];
    expect(await fetchPaper(large, (arrived) => told.push(arrived))).toBeNull();
    expect(log.map((sent) => sent.headers.get('Range'))).toEqual([`bytes=${PIECE}-${2 * PIECE - 1}`, `bytes=${2 * PIECE}-${2 * PIECE + 6}`]);
    expect(told[0]).toBe(PIECE);
    const kept = await (await database()).get('papers', '5');
    expect([kept?.sha256, kept?.size]).toEqual(['large', bytes.length]);
  } finally {
    vi.useRealTimers();
  }
});

test('what was refused in the middle is not gone on with', async () => {
  const large = { ...paper, size: 2 * PIECE, sha256: 'large' };
  const begun = { id: '5', meeting_id: '17', sha256: 'large in part', size: 3, saved_at: '', blob: new Blob(['abc']) };
  await write(['meetings', 'papers'], async (tx) => {
    await tx.objectStore('meetings').put(meeting({ papers: [large] }));
    await tx.objectStore('papers').put(begun);
  });
  const log = serve(problem(416, 'invalid_range'));
  expect(await fetchPaper(large)).toBe('invalid_range');
  expect(log[0]?.headers.get('Range')).toBe(`bytes=3-${PIECE + 2}`);
  await vi.waitFor(async () => expect(await (await database()).getAllKeys('papers')).toEqual([]));
});
