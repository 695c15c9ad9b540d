import { beforeEach, expect, test, vi } from 'vitest';
import { write } from '$db/database';
import { paperSeeker, resolutionSeeker } from '$sync/seek';
import { meeting } from './samples';
import { json, problem, serve } from './server';

const draft = { id: '35', organization_id: '3', meeting_id: null, state: 'draft', symbol: '15-NQ/CB', title: 'Điều chỉnh nhiệm vụ', tasks: [] };
const { syncNow } = vi.hoisted(() => ({ syncNow: vi.fn() }));
vi.mock('$sync/engine.svelte', () => ({ syncNow }));

beforeEach(() => {
  syncNow.mockReset();
});

test('a draft to which a link leads comes with the first sync, before it is said not to be there', async () => {
  const log = serve(problem(404, 'not_found'));
  syncNow.mockImplementation(() => write(['resolutions'], (tx) => tx.objectStore('resolutions').put(draft as never)));
  expect((await resolutionSeeker()('35'))?.title).toBe('Điều chỉnh nhiệm vụ');
  expect(log).toEqual([]);
});

test('one that the sync does not bring is asked of the server by its id', async () => {
  const log = serve(json(draft));
  expect((await resolutionSeeker()('35'))?.symbol).toBe('15-NQ/CB');
  expect(log.map((sent) => sent.path)).toEqual(['/api/resolutions/35']);
});

test('a paper comes with its meeting, and is not said to be missing while that is on its way', async () => {
  const paper = { id: '5', meeting_id: '17', agenda_item_id: null, title: 'Báo cáo', filename: 'a.pdf', media_type: 'application/pdf', size: 3, sha256: 'one' };
  const log = serve(problem(404, 'not_found'));
  syncNow.mockImplementation(() => write(['meetings'], (tx) => tx.objectStore('meetings').put(meeting({ papers: [paper] }))));
  expect((await paperSeeker()('5'))?.paper.title).toBe('Báo cáo');
  syncNow.mockResolvedValue(undefined);
  expect(await paperSeeker()('6')).toBeNull();
  expect(log).toEqual([]);
});
