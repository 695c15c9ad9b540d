import { describe, expect, it } from 'vitest';
import type { Opinion } from '$api/prepare-shapes';
import type { OutboxItem } from '$db/schema';
import { layOver } from './store';

const stored = { key: 'a', agenda_item_id: '1', kind: 'opinion', text: 'Một', answered: true, answer: 'Được', mine: true } as Opinion;
const item = (method: string, key: string, state: string, text = 'Hai'): OutboxItem =>
  ({ method, path: `/api/meetings/1/opinions/${key}`, state, created_at: '2026-12-01T02:00:00Z', body: { agenda_item_id: null, kind: 'question', text } }) as unknown as OutboxItem;

describe('own opinions', () => {
  it('show what is on its way over what the server has', () => {
    expect(layOver([stored], [], '')).toMatchObject([{ text: 'Một', answered: true, item: null }]);
    const [changed, added] = layOver([stored], [item('PUT', 'a', 'queued'), item('PUT', 'b', 'queued', 'Mới')], '');
    expect(changed).toMatchObject({ text: 'Hai', answered: false, item: { state: 'queued' } });
    expect(added).toMatchObject({ key: 'b', text: 'Mới', kind: 'question' });
  });
  it('lose what is withdrawn, unless that was refused', () => {
    expect(layOver([stored], [item('DELETE', 'a', 'queued')], '')).toEqual([]);
    expect(layOver([stored], [item('DELETE', 'a', 'refused')], '')).toMatchObject([{ text: 'Một', item: { state: 'refused' } }]);
  });
  it('keep a refused one visible and let an answered one go once the list is newer', () => {
    expect(layOver([], [item('PUT', 'b', 'refused', 'Muộn')], '2026-12-02')).toMatchObject([{ text: 'Muộn', item: { state: 'refused' } }]);
    expect(layOver([stored], [item('PUT', 'a', 'done')], '2026-12-02')).toMatchObject([{ text: 'Một' }]);
    expect(layOver([stored], [item('PUT', 'a', 'done')], '2026-11-30')).toMatchObject([{ text: 'Hai', item: null }]);
  });
  it('stay when the list was asked for after they were written and before they were sent', () => {
    const sent = { ...item('PUT', 'b', 'done', 'Mới'), sent_at: '2026-12-01T02:05:00Z' };
    expect(layOver([], [sent], '2026-12-01T02:04:59Z')).toMatchObject([{ text: 'Mới', item: null }]);
    expect(layOver([], [sent], '2026-12-01T02:05:01Z')).toEqual([]);
  });
});
