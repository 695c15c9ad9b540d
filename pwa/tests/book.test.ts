import { openDB } from 'idb';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeDatabase, database, write, writeMeta } from '$db/database';
import { append, fetchBook, linesOf, readBook, withBook } from '$sync/book';
import { flush } from '$sync/flush';
import { allItems } from '$sync/outbox';
import { meeting, session } from './samples';
import { json, problem, serve } from './server';

const ID = '17';
const mark = (state: string) => ({ kind: 'mark' as const, data: { member_id: '3', state, reason: null } });

describe('the book of the room on this phone', () => {
  beforeEach(async () => {
    await writeMeta('session', session());
  });

  it('keeps a line and the act that sends it together, each knowing what stood before', async () => {
    const [first] = await append(ID, [mark('present')]);
    const [second] = await append(ID, [mark('late')]);
    expect(second).toMatchObject({ base: first?.id, sequence: 2, device_id: first?.device_id, subject: 'mark:3' });
    const items = await allItems();
    expect(items.map((item) => item.kind)).toEqual(['mark', 'mark']);
    expect(items.flatMap(linesOf).map((line) => line.id)).toEqual([first?.id, second?.id]);
    const { room, waiting } = await readBook(ID);
    expect(room.marks['3']).toMatchObject({ state: 'late' });
    expect(waiting).toBe(2);
  });

  it('does not turn the order of what was written when the clock is set back', async () => {
    const [first] = await append(ID, [mark('present')]);
    await write(['proceedings'], (tx) =>
      tx.objectStore('proceedings').put({ ...first!, at: new Date(Date.now() + 3_600_000).toISOString() }));
    await append(ID, [mark('late')]);
    expect((await readBook(ID)).room.marks['3']).toMatchObject({ state: 'late' });
  });

  it('says what its clock shows as it sends, not as it wrote', async () => {
    const log = serve(json({ items: [] }));
    await append(ID, [mark('present')]);
    const before = Date.now();
    await flush();
    const body = log.at(-1)?.body as { now: string; entries: unknown[] };
    expect(Date.parse(body.now)).toBeGreaterThanOrEqual(before);
    expect(body.entries).toHaveLength(1);
  });

  it('counts a line no more once it was refused, and shows why', async () => {
    serve(problem(403, 'forbidden'));
    await append(ID, [mark('present')]);
    await flush();
    const { room, refused } = await readBook(ID);
    expect(room.marks).toEqual({});
    expect(refused).toMatchObject([{ code: 'forbidden' }]);
  });

  it('lets a meeting that was opened and closed without a network be open, and then closed', async () => {
    const convened = meeting({ id: ID });
    await append(ID, [{ kind: 'open', data: { present: true } }]);
    expect(withBook(convened, (await readBook(ID)).room)).toMatchObject({ state: 'open' });
    await append(ID, [{ kind: 'close', data: {} }]);
    expect(withBook(convened, (await readBook(ID)).room)).toMatchObject({ state: 'closed' });
  });

  it('is read from its beginning once more when who holds the phone was appointed to take the minutes', async () => {
    const page = { items: [], cursor: 4, more: false, state: 'open' };
    await write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting({ id: ID, state: 'open' })));
    const log = serve(json(page));
    await fetchBook(ID);
    await fetchBook(ID);
    expect(log.map((one) => one.path.split('?')[1])).toEqual(['after=0', 'after=4']);
    await write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting({ id: ID, state: 'open', can: ['take_minutes'] })));
    await fetchBook(ID);
    await fetchBook(ID);
    expect(log.map((one) => one.path.split('?')[1])).toEqual(['after=0', 'after=4', 'after=0', 'after=4']);
    expect(log[2]?.headers.get('If-None-Match')).toBeNull();
  });

  it('keeps what waits to be sent when the app brings a new version of its database', async () => {
    await closeDatabase();
    await new Promise((done) => { indexedDB.deleteDatabase('handbook').onsuccess = done; });
    const old = await openDB('handbook', 1, {
      upgrade(db) {
        db.createObjectStore('meta', { keyPath: 'key' });
        const outbox = db.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true });
        outbox.createIndex('subject', 'subject');
        outbox.createIndex('state', 'state');
      },
    });
    await old.put('outbox', { kind: 'check_in', subject: 'meeting:9', state: 'queued' });
    old.close();
    expect((await allItems()).map((item) => item.kind)).toEqual(['check_in']);
    expect([...(await database()).objectStoreNames]).toContain('proceedings');
  });
});
