import { beforeEach, describe, expect, it } from 'vitest';
import type { Meeting, Roll } from '$api/shapes';
import type { Sites } from '$api/conference-shapes';
import { database, write } from '$db/database';
import { keepView, readView } from '$db/views';
import { acceptSession } from '$sync/account';
import { meeting, session } from '../../../tests/samples';
import { json, problem, serve } from '../../../tests/server';
import { fetchConferences, MOST_SITES } from './hosted';
import { rollPath, siteDelegatesPath, sitesPath } from './paths';

const path = sitesPath('17');
const site = (phone: string | null, name = 'Điểm cầu A') => ({ id: '5', name, hosts: [{ member_id: '3', phone }] });

const conference = (changes: Partial<Meeting>) =>
  write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting({ kind: 'conference', can: ['open'], ...changes })));

function server() {
  return serve(({ path: asked }) => {
    if (asked === `${path}?phones=false`) return json({ items: [site(null)], totals: null });
    return [rollPath('17'), rollPath('17', { site: '5' }), siteDelegatesPath('5')].includes(asked) ? json({ items: [], counts: {}, next: 'more' }) : problem(404, 'not_found');
  });
}

beforeEach(() => acceptSession(session()));

describe('what who runs a conference finds without a network', () => {
  it.each([
    ['draft', siteDelegatesPath('5')],
    ['convened', rollPath('17', { site: '5' })],
    ['open', rollPath('17', { site: '5' })],
  ] as const)('is its sites, the first page of its roll and the delegates of a site while it is %s', async (state, ofSite) => {
    await conference({ state });
    const log = server();
    await fetchConferences();
    expect((await readView<Sites>(path))?.body.items).toMatchObject([{ name: 'Điểm cầu A' }]);
    expect((await readView<Roll>(rollPath('17')))?.body.next).toBe('more');
    // No telephone number, no further page, and not again at the next start.
    await fetchConferences();
    expect(log.map((sent) => sent.path)).toEqual([`${path}?phones=false`, rollPath('17'), ofSite]);
    expect((await readView<Roll>(ofSite))?.body.next).toBe('more');
  });

  it('are the delegates of so many sites and no more, and none where a site has none', async () => {
    const sites = Array.from({ length: MOST_SITES + 9 }, (_, at) => ({ ...site(null), id: String(at), counts: { delegates: at } }));
    await conference({ state: 'open' });
    const log = serve(({ path: asked }) => json(asked.includes('/sites') ? { items: sites, totals: null } : { items: [], counts: {} }));
    await fetchConferences();
    expect(log.map((sent) => sent.path).filter((asked) => asked.includes('site='))).toEqual(
      sites.slice(1, MOST_SITES).map(({ id }) => rollPath('17', { site: id })),
    );
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

describe('what the host of a site finds without a network', () => {
  const far: Partial<Meeting> = {
    can: [], state: 'convened', my_sites_as_host: ['5'], starts_at: new Date(Date.now() + 20 * 86_400_000).toISOString(),
  };

  it('is the site with its delegates, however far the conference is', async () => {
    await conference(far);
    const log = serve(({ path: asked }) => json(asked === path ? { items: [site(null)], totals: null } : { items: [], counts: {} }));
    await fetchConferences();
    expect((await readView<Sites>(path))?.body.items).toMatchObject([{ name: 'Điểm cầu A' }]);
    expect(await (await database()).get('rolls', '17')).toBeDefined();
    // Far away it is asked for once a day.
    await fetchConferences();
    expect(log.map((sent) => sent.path)).toEqual([path, rollPath('17')]);
  });
});
