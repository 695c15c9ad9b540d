import { expect, test } from 'vitest';
import type { RollItem } from '$api/shapes';
import cases from '../../../../tests/data/attendance/head_count.json';
import { headCount } from './head-count';

test.each(cases)('the phone counts as the server does: $name', ({ lines, share, expected }) => {
  const rows = lines.map(({ status, state, left }, number) => ({
    member_id: String(number), full_name: `Đảng viên ${number}`, status, state, method: null, checked_in_at: null,
    recorded_at: null, recorded_by: null, flags: [], left_at: left ? '2026-12-05T13:00:00Z' : null,
  })) as unknown as RollItem[];
  const counted = Object.fromEntries(
    Object.entries(headCount(rows, share)).map(([name, value]) => [name, Array.isArray(value) ? value.length : value]),
  );
  expect(counted).toEqual(expected);
});
