import { expect, test } from 'vitest';
import type { RollItem } from '$api/shapes';
import { lineAt, votersPresent } from '$features/ballots/rules';
import { headCount } from '$features/roll/head-count';
import { notAfter } from '$features/roll/stay';

const NOW = '2026-12-05T13:00:00.000Z';

test.each([NOW, '2026-12-05T12:59:00.000Z', '2026-12-05T13:05:00.000Z', null])('whom the head-count lets go (%s) is not in the room for a vote of the same moment', (chosen) => {
  const left_at = notAfter(chosen, Date.parse(NOW));
  const row = { member_id: '1', status: 'official', state: 'present', left_at } as RollItem;
  expect(votersPresent([lineAt(row, Date.parse(NOW))])).toBe(headCount([row]).official_in_room);
});
