import { beforeEach, describe, expect, it } from 'vitest';
import type { Meeting, Roll } from '$api/shapes';
import type { Sites } from '$api/conference-shapes';
import { write } from '$db/database';
import { keepView, readView } from '$db/views';
import { acceptSession } from '$sync/account';
import { meeting, session } from '../../../tests/samples';
import { json, problem, serve } from '../../../tests/server';
import { fetchConferences } from './hosted';
import { rollPath, sitesPath } from './paths';

const path = sitesPath('17');
const site = (phone: string | null, name = 'Điểm cầu A') => ({ id: '5', name, hosts: [{ member_id: '3', phone }] });

const conference = (changes: Partial<Meeting>) =>
  write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting({ kind: 'conference', can: ['open'], ...changes })));

function server() {
  return serve(({ path: asked }) => {
    if (asked === `${path}?phones=false`) return json({ items: [site(null)], totals: null });
    return asked === rollPath('17') ? json({ items: [], counts: {}, next: 'more' }) : problem(404, 'not_found');
  });
}

beforeEach(() => acceptSession(session()));

describe('what who runs a conference finds without a network', () => {
  it.each(['draft', 'convened', 'open'] as const)('is its sites and the first page of its roll while it is %s', async (state) => {
    await conference({ state });
    const log = server();
    await fetchConferences();
    expect((await readView<Sites>(path))?.body.items).toMatchObject([{ name: 'Điểm cầu A' }]);
    expect((await readView<Roll>(rollPath('17')))?.body.next).toBe('more');
    // No telephone number, no further page, and not again at the next start.
    await fetchConferences();
    expect(log.map((sent) => sent.path)).toEqual([`${path}?phones=false`, rollPath('17')]);
  });

  it('is nothing for who does not run it, and of one that is over', async () => {
    const log = server();
    await conference({ can: [] });
    await fetchConferences();
    await conference({ state: 'closed' });
    await fetchConferences();
    expect(log).toEqual([]);
  });

  it('has the telephone numbers that were looked at before', async () => {
    await conference({});
    await keepView(path, { items: [site('+84912345678', 'Tên cũ')] }, '"s1"', new Date(Date.now() - 86_400_000).toISOString());
    server();
    await fetchConferences();
    const kept = await readView<Sites>(path);
    expect(kept?.body.items).toMatchObject([site('+84912345678')]);
    // Its tag is of another list; the next look asks for all of it.
    expect(kept?.etag).toBeNull();
  });
});
