import { expect, test } from 'vitest';
import type { OwnAttendance } from '$api/shapes';
import { database, onChange, write } from '$db/database';
import { ownAttendance } from '$db/queries';
import { checkIn, checkInItem, parseCheckInLink } from '$sync/check-in';
import { flush } from '$sync/flush';
import { pull } from '$sync/pull';
import { allItems, answeredBefore, countUnsettled, dismissItem, enqueue, enqueueInstead, itemsAbout, overlay, retryItem } from '$sync/outbox';
import { putMeta, readMeta, writeMeta } from '$db/database';
import { session } from './samples';
import { empty, json, problem, serve } from './server';

const scan = { meeting_id: '17', token: '5.abcdefghijklmnopqrstuv', scanned_at: '2026-12-03T12:31:00.000Z', method: 'qr' as const };
const attendance: OwnAttendance = {
  meeting_id: '17', state: null, method: null, checked_in_at: null, recorded_at: null, flags: [],
};

async function given(): Promise<void> {
  await write(['meta', 'attendance'], async (tx) => {
    await putMeta(tx, 'session', session());
    await tx.objectStore('attendance').put(attendance);
  });
}

function act(subject: string, path: string): ReturnType<typeof enqueue> {
  return enqueue({ kind: 'test', subject, method: 'PUT', path, body: {} });
}

test('a check-in is seen at once, and stays after it was sent', async () => {
  await given();
  await enqueue(checkInItem(scan));
  expect((await ownAttendance()).get('17')?.state).toBe('present');
  expect((await (await database()).get('attendance', '17'))?.state).toBeNull();
  const log = serve(json({ ...attendance, state: 'late', method: 'qr', checked_in_at: scan.scanned_at }, 201));
  expect(await flush()).toMatchObject({ sent: 1, refused: 0, left: 0 });
  expect(log[0]).toMatchObject({ method: 'POST', path: '/api/meetings/17/check-ins', body: { token: scan.token } });
  expect((await ownAttendance()).get('17')?.state).toBe('late');
  expect((await itemsAbout('meeting:17'))[0]?.state).toBe('done');
});

test('an act that ends a refusal takes its place in one step', async () => {
  await given();
  await act('meeting:17', '/api/one');
  await act('meeting:17', '/api/two');
  serve(problem(409, 'wrong_state'));
  await flush();
  const refused = await answeredBefore('meeting:17', '/api/one');
  expect(refused.map((item) => item.state)).toEqual(['refused']);
  const moments: Promise<number>[] = [];
  const stop = onChange(() => moments.push(itemsAbout('meeting:17').then((items) => items.filter((item) => item.path === '/api/one').length)));
  await enqueueInstead(() => Promise.resolve({ before: refused, item: { kind: 'test', subject: 'meeting:17', method: 'PUT', path: '/api/one', body: {} } }));
  stop();
  expect(await Promise.all(moments)).toEqual([1]);
  expect((await allItems()).map(({ path, state }) => [path, state])).toEqual([['/api/two', 'refused'], ['/api/one', 'queued']]);
});

test('an act in place of one that was sent meanwhile is made anew, and the answer to that one is kept', async () => {
  await given();
  await enqueue(checkInItem(scan));
  const log = serve(json({ ...attendance, state: 'late', method: 'qr' }, 201));
  const seen: string[][] = [];
  await enqueueInstead(async () => {
    const before = (await itemsAbout('meeting:17')).filter(({ state }) => state === 'queued');
    seen.push(before.map(({ path }) => path));
    if (seen.length === 1) await flush();
    return { before, item: { kind: 'test', subject: 'meeting:17', method: 'PUT', path: '/api/two', body: {} } };
  });
  expect(seen).toEqual([['/api/meetings/17/check-ins'], []]);
  expect(log).toHaveLength(1);
  expect((await allItems()).map(({ path, state }) => [path, state])).toEqual([['/api/meetings/17/check-ins', 'done'], ['/api/two', 'queued']]);
  expect((await (await database()).get('attendance', '17'))?.state).toBe('late');
});

test('what the server refuses falls out of the picture and keeps its reason', async () => {
  await given();
  await enqueue(checkInItem(scan));
  serve(problem(422, 'invalid_check_in_token'));
  expect(await flush()).toMatchObject({ sent: 0, refused: 1, left: 0 });
  expect((await ownAttendance()).get('17')?.state).toBeNull();
  expect((await allItems())[0]).toMatchObject({ state: 'refused', code: 'invalid_check_in_token' });
});

test('without a network everything waits, in order, with the same key', async () => {
  await act('meeting:1', '/api/a');
  await act('meeting:2', '/api/b');
  const first = serve('offline');
  expect(await flush()).toMatchObject({ sent: 0, left: 2, interrupted: true });
  expect(first).toHaveLength(1);
  const second = serve(empty());
  expect(await flush()).toMatchObject({ sent: 2, left: 0, interrupted: false });
  expect(second.map((sent) => sent.path)).toEqual(['/api/a', '/api/b']);
  expect(second[0]?.headers.get('Idempotency-Key')).toBe(first[0]?.headers.get('Idempotency-Key'));
});

test('an item whose sender was closed is sent again', async () => {
  const item = await act('meeting:1', '/api/a');
  await write(['outbox'], (tx) => tx.objectStore('outbox').put({ ...item, state: 'sending' }));
  const log = serve(empty());
  await flush();
  expect(log).toHaveLength(1);
});

test('a server error keeps the item and holds back what follows on the same subject only', async () => {
  await act('meeting:1', '/api/a');
  await act('meeting:1', '/api/b');
  await act('meeting:2', '/api/c');
  const log = serve((sent) => (sent.path === '/api/a' ? problem(500, 'internal_error') : empty()));
  expect(await flush()).toMatchObject({ sent: 1, left: 2, interrupted: true });
  expect(log.map((sent) => sent.path)).toEqual(['/api/a', '/api/c']);
});

test.each([
  [409, 'idempotency_in_progress', 'queued'],
  [429, 'busy', 'queued'],
  [401, 'not_authenticated', 'queued'],
  [412, 'precondition_failed', 'conflict'],
  [409, 'already_decided', 'conflict'],
  [409, 'check_in_closed', 'refused'],
  [404, 'not_found', 'refused'],
])('the answer %i %s leaves the item %s', async (status, code, state) => {
  await act('meeting:1', '/api/a');
  serve(problem(status, code));
  await flush();
  expect((await allItems())[0]).toMatchObject({ state, code });
});

test('a check-in that comes before the meeting was opened waits for the opening', async () => {
  await given();
  await enqueue(checkInItem(scan));
  serve(new Response('{"code":"check_in_closed","status":409}', {
    status: 409, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '60' },
  }));
  expect(await flush()).toMatchObject({ refused: 0, left: 1, interrupted: true });
  expect((await ownAttendance()).get('17')?.state).toBe('present');
});

test('a refused item can be tried again under a new key, or dismissed', async () => {
  const item = await act('meeting:1', '/api/a');
  serve(problem(409, 'wrong_state'));
  await flush();
  await retryItem(item.seq ?? 0);
  const again = (await allItems())[0];
  expect(again).toMatchObject({ state: 'queued' });
  expect(again?.key).not.toBe(item.key);
  expect(again?.code).toBeUndefined();
  await dismissItem(item.seq ?? 0);
  expect(await allItems()).toEqual([]);
});

test('a new row made on the phone is replaced by the one of the server', async () => {
  const local = { id: 'local-1', meeting_id: '17', reason: 'Ốm', decision: null };
  await enqueue({
    kind: 'absence_request', subject: 'meeting:17', method: 'POST', path: '/api/x', body: {},
    local: { store: 'absence_requests', key: 'local-1', patch: local },
  });
  const db = await database();
  const seen = await overlay('absence_requests', await db.getAll('absence_requests'), (row) => row.id);
  expect(seen.map((row) => row.id)).toEqual(['local-1']);
  serve(json({ ...local, id: '70' }, 201));
  await flush();
  expect((await db.getAll('absence_requests')).map((row) => row.id)).toEqual(['70']);
});

test('a patch of a row that is gone by then brings nothing back', async () => {
  await enqueue({
    kind: 'notice_read', subject: 'notice:9', method: 'PUT', path: '/api/x', body: {},
    local: { store: 'notices', key: '9', patch: { read_at: '2026-12-01T00:00:00Z' } },
  });
  serve(empty());
  expect(await flush()).toMatchObject({ sent: 1 });
  expect(await (await database()).getAll('notices')).toEqual([]);
});

test('nothing is stored when the command fails half-way', async () => {
  const failing = enqueue({ kind: 'x', subject: 's', method: 'PUT', path: '/api/x', body: {} }, ['notices'], async () => {
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(await countUnsettled()).toBe(0);
});

test('items sent long ago are dropped, recent ones stay to be seen', async () => {
  const item = await act('meeting:1', '/api/a');
  await act('meeting:2', '/api/b');
  serve(empty());
  await flush();
  await write(['outbox'], (tx) => tx.objectStore('outbox').put({ ...item, state: 'done', sent_at: '2020-01-01T00:00:00.000Z' }));
  await flush();
  expect((await allItems()).map((row) => row.subject)).toEqual(['meeting:2']);
});

test('before login a check-in waits on the phone', async () => {
  expect(await checkIn('17', scan.token, 'link')).toBe('waiting_for_login');
  expect(await readMeta('waiting_check_in')).toMatchObject({ meeting_id: '17', token: scan.token, method: 'link' });
  await writeMeta('session', session());
  expect(await checkIn('17', scan.token, 'qr')).toBe('queued');
});

test('a check-in takes the place of those that were refused, and of no other meeting', async () => {
  await given();
  await checkIn('17', scan.token, 'qr');
  await checkIn('18', scan.token, 'qr');
  serve(problem(422, 'invalid_check_in_token'));
  await flush();
  expect((await allItems()).map((item) => item.state)).toEqual(['refused', 'refused']);
  await checkIn('17', scan.token, 'qr');
  expect((await allItems()).map((item) => [item.subject, item.state])).toEqual([['meeting:18', 'refused'], ['meeting:17', 'queued']]);
});

test.each([
  ['https://host.example/c/17#123456.abcdefghijklmnopqrstuv', { meeting_id: '17', token: '123456.abcdefghijklmnopqrstuv' }],
  ['https://host.example/c/17#123456.abcdefghijklmnopqrstuv.42', { meeting_id: '17', token: '123456.abcdefghijklmnopqrstuv.42' }],
  ['https://host.example/c/17#123456.abcdefghijklmnopqrstuv.hall', null],
  ['https://host.example/c/17#123456.short', null],
  ['https://host.example/other', null],
  ['WIFI:S:room;P:secret;;', null],
])('the check-in link of %s', (text, expected) => {
  expect(parseCheckInLink(text)).toEqual(expected);
});

test('a check-in that was refused is no trouble any more once somebody has put its member on the roll', async () => {
  await given();
  await enqueue(checkInItem(scan));
  await enqueue(checkInItem({ ...scan, meeting_id: '18' }));
  const page = (state: OwnAttendance['state'], cursor: string) =>
    json({ cursor, full: false, more: false, gone: [], changes: { attendance: [{ ...attendance, state, method: 'secretary' }] } });
  serve(problem(409, 'wrong_state'), problem(409, 'wrong_state'), page('unexcused', '2'), page('late', '3'));
  await flush();
  const refused = async (): Promise<string[]> => (await allItems()).filter(({ state }) => state === 'refused').map(({ subject }) => subject);
  await pull();
  expect(await refused()).toEqual(['meeting:17', 'meeting:18']);
  await pull();
  expect(await refused()).toEqual(['meeting:18']);
});
