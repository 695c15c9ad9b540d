import { beforeEach, describe, expect, it } from 'vitest';
import { database, write, writeMeta } from '$db/database';
import { fetchRoom } from '$features/roll/commands';
import { meeting, session } from './samples';
import { json, problem, serve, type Sent } from './server';

const ID = '17';
const COUNTS = { summoned: 0, present: 0, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 0 };

/** A server with an empty book, and with a roll of which the book says the version. */
function room(of: { version: number; told?: boolean }): Sent[] {
  const tag = (): string => `"r17-${of.version}"`;
  return serve((sent) => {
    if (sent.path.includes('/attendance')) {
      return json({ counts: { ...COUNTS, present: of.version }, quorum: { required: 0, reached: true }, items: [], next: null }, 200, { ETag: `W/${tag()}` });
    }
    const headers = { ETag: '"b17"', ...(of.told !== false && { 'Roll-ETag': tag() }) };
    if (sent.headers.get('If-None-Match')) return new Response(null, { status: 304, headers });
    return json({ items: [], cursor: 0, more: false, state: 'open' }, 200, headers);
  });
}
const asked = (log: Sent[]): string[] => log.splice(0).map((one) => (one.path.includes('/attendance') ? 'roll' : 'book'));
const kept = async () => (await database()).get('rolls', ID);

describe('the room, asked for by one question', () => {
  beforeEach(async () => {
    await writeMeta('session', session());
    await write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting({ id: ID, state: 'open', can: ['mark'] })));
  });

  it('asks for the roll once, and again only when the book says that it moved', async () => {
    const server = { version: 1 };
    const log = room(server);
    for (let turn = 0; turn < 3; turn++) expect(await fetchRoom(ID)).toBeNull();
    expect(asked(log)).toEqual(['book', 'roll', 'book', 'book']);
    server.version = 2;
    await fetchRoom(ID);
    await fetchRoom(ID);
    expect(asked(log)).toEqual(['book', 'roll', 'book']);
    expect((await kept())?.counts.present).toBe(2);
  });

  it('renews the stamp of a roll that stands, once a minute', async () => {
    const log = room({ version: 1 });
    await fetchRoom(ID);
    const roll = (await kept())!;
    const long = new Date(Date.now() - 61_000).toISOString();
    await write(['rolls'], (tx) => tx.objectStore('rolls').put({ ...roll, fetched_at: long }));
    await fetchRoom(ID);
    expect(asked(log)).toEqual(['book', 'roll', 'book']);
    expect((await kept())!.fetched_at > long).toBe(true);
    expect(await kept()).toEqual({ ...roll, fetched_at: (await kept())!.fetched_at });
  });

  it('asks for the roll each time where the book says nothing of it', async () => {
    const log = room({ version: 1, told: false });
    await fetchRoom(ID);
    await fetchRoom(ID);
    expect(asked(log)).toEqual(['book', 'roll', 'book', 'roll']);
  });

  it('tells what went wrong, and asks for nothing more', async () => {
    const log = serve(problem(503, 'unavailable'));
    expect(await fetchRoom(ID)).toBe('unavailable');
    expect(log).toHaveLength(1);
  });
});
