import { afterEach, expect, test, vi } from 'vitest';
import { ownCells, signIn, staffOrganizations } from '$app/session.svelte';
import { session } from './samples';

afterEach(() => {
  vi.useRealTimers();
});

test.each([
  // 06:30 on 3 December in Việt Nam, still 2 December in UTC.
  ['2026-12-02T23:30:00Z', ['2'], ['3']],
  // 23:30 on 2 December there.
  ['2026-12-02T16:30:00Z', ['1'], []],
])('at %s an office is held by the calendar of Việt Nam', async (now, cells, staff) => {
  await signIn({
    ...session(),
    offices: [
      { organization_id: '1', title: 'secretary', from: '2025-01-01', to: '2026-12-02' },
      { organization_id: '2', title: 'secretary', from: '2026-12-03', to: null },
      { organization_id: '3', title: 'staff', from: '2026-12-03', to: '2026-12-03' },
    ],
  });
  vi.useFakeTimers({ now: new Date(now), toFake: ['Date'] });
  expect([ownCells(), staffOrganizations()]).toEqual([cells, staff]);
});

test('two offices in one cell are one cell', async () => {
  const office = { organization_id: '1', from: '2025-01-01', to: null };
  await signIn({ ...session(), offices: [{ ...office, title: 'secretary' }, { ...office, title: 'deputy_secretary' }] });
  expect(ownCells()).toEqual(['1']);
});
