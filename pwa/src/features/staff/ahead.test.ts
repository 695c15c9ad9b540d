import { beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptSession } from '$sync/account';
import { keepView, readView } from '$db/views';
import { session } from '../../../tests/samples';
import { json, serve, type Sent } from '../../../tests/server';
import { fetchBoards, isSparing, LIMITS } from './ahead';
import { thisMonth } from './months';
import { organizationPath, partsPath, reportPath, unnumberedPath } from './paths';
import type { AttendanceReport } from './shapes';

const month = thisMonth();
const row = (id: string) => ({ organization_id: id, kind: 'grassroots_committee' });

/** A committee "1" with so many others right below, and in the last of them two cells to ask about. */
function server(children: number, size = 10): Sent[] {
  const last = String(99 + children);
  const asked = ['900', '901'].map((id) => ({ organization_id: id, path: ['1', last, id] }));
  return serve(({ path }) =>
    json(path === unnumberedPath('1', month)
      ? { children: Array.from({ length: children }, (_, at) => row(String(100 + at))), exceptions: asked, to_ask: { [last]: 2 } }
      : { filler: 'x'.repeat(size), items: [], children: path === unnumberedPath(last, month) ? [row('900'), row('902')] : [], exceptions: [], to_ask: {} }));
}

describe('the board of staff', () => {
  beforeEach(() => acceptSession(session()));

  it('is on the phone afterwards, those to ask about before the others', async () => {
    const many = LIMITS.organizations + 10;
    const log = server(many);
    await fetchBoards(['1']);
    for (const path of [organizationPath('1'), partsPath('1'), reportPath('1', month), reportPath('900', month)]) {
      expect(await readView(path), path).toBeDefined();
    }
    const below = log.map((sent) => sent.path).filter((path) => /\/organizations\/[123]\d\d\/.*month=/.test(path));
    expect(below[0]).toBe(unnumberedPath(String(99 + many), month));
    expect(below).not.toContain(unnumberedPath(String(98 + many), month));
  });

  it('goes down to the cells of a tree that is not larger than it may keep', async () => {
    server(20);
    await fetchBoards(['1']);
    for (const id of ['100', '118', '119', '900', '902']) expect(await readView(reportPath(id, month)), id).toBeDefined();
  });

  it('costs no more requests and no more bytes than it may', async () => {
    const many = server(24);
    await fetchBoards(['1', '2', '3', '4', '5']);
    expect(many.length).toBeLessThanOrEqual(LIMITS.requests);
    expect(many.some((sent) => sent.path.includes('/organizations/4'))).toBe(false);
  });

  it('stops at its bytes', async () => {
    const large = server(24, 400_000);
    await fetchBoards(['1']);
    expect(large.length).toBeLessThanOrEqual(Math.ceil(LIMITS.bytes / 400_000) + 1);
  });

  it('asks for no member, no list of members and no telephone number', async () => {
    const log = server(5);
    await fetchBoards(['1']);
    expect(log.filter((sent) => sent.path.includes('members'))).toEqual([]);
    const reports = log.filter((sent) => sent.path.includes('/reports/'));
    expect(reports.length).toBeGreaterThan(5);
    expect(reports.filter((sent) => !sent.path.endsWith('&phones=false'))).toEqual([]);
  });

  it('keeps the numbers that somebody looked at, and says that the others were not asked for', async () => {
    const found = (member_id: string, phone: string | null) => ({ organization_id: '9', path: [], contact: { member_id, phone } });
    const path = reportPath('1', month);
    await keepView(path, { exceptions: [found('3', '+84912345678')] }, '"r1"', new Date(Date.now() - 86_400_000).toISOString());
    serve(() => json({ exceptions: [found('3', null), found('4', null)], children: [], items: [], to_ask: {} }));
    await fetchBoards(['1']);
    const kept = await readView<AttendanceReport>(path);
    expect(kept?.body).toMatchObject({ exceptions: [found('3', '+84912345678'), found('4', null)], unnumbered: true });
    expect(kept?.etag).toBeNull();
  });

  it('is not fetched again soon after, nor where data is to be spared', async () => {
    server(5);
    await fetchBoards(['1']);
    const again = server(5);
    await fetchBoards(['1']);
    expect(again).toEqual([]);
    vi.stubGlobal('navigator', { connection: { saveData: true } });
    await fetchBoards(['2']);
    expect(again).toEqual([]);
  });

  it('ends with the network', async () => {
    const log = serve('offline');
    await fetchBoards(['1']);
    expect(log.length).toBe(1);
  });
});

describe('a sparing connection', () => {
  it('is one that says so, or a very slow one', () => {
    expect(isSparing({ saveData: true, effectiveType: '4g' })).toBe(true);
    expect([undefined, '4g', '3g', '2g', 'slow-2g'].map((effectiveType) => isSparing(effectiveType ? { effectiveType } : {}))).toEqual([
      false, false, false, true, true,
    ]);
  });
});
