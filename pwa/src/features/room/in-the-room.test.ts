import { expect, test } from 'vitest';
import type { RollItem } from '$api/shapes';
import { lineAt, votersPresent } from '$features/ballots/rules';
import { headCount } from '$features/roll/head-count';
import { stayError } from '$features/roll/stay';

const NOW = '2026-12-05T13:00:00.000Z';
const MEETING = { starts_at: '2026-12-05T12:30:00.000Z', opened_at: null, closed_at: null };

test.each([NOW, '2026-12-05T12:59:00.000Z', null])('whom the head-count lets go (%s) is not in the room for a vote of the same moment', (left_at) => {
  expect(stayError({ arrived_at: null, left_at }, MEETING, Date.parse(NOW))).toBeNull();
  const row = { member_id: '1', status: 'official', state: 'present', left_at } as RollItem;
  expect(votersPresent([lineAt(row, Date.parse(NOW))])).toBe(headCount([row]).official_in_room);
});
