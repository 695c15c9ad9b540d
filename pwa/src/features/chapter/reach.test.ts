import { describe, expect, it } from 'vitest';
import { wantsCalls } from './reach';

const ENDS = Date.parse('2026-12-03T14:00:00Z');
const meeting = (state: string, convened = true) =>
  ({ state, convened_at: convened ? '2026-11-28T09:00:00Z' : null, ends_at: '2026-12-03T14:00:00Z' }) as Parameters<typeof wantsCalls>[0];

describe('whom the news of a meeting has not reached', () => {
  it('is told while it is ahead or goes on', () => {
    expect(['draft', 'convened', 'open', 'closed', 'finalized'].filter((state) => wantsCalls(meeting(state), ENDS - 1)))
      .toEqual(['convened', 'open']);
  });

  it('is told of one that was called off until nobody can come to it any more', () => {
    expect(wantsCalls(meeting('cancelled'), ENDS - 1)).toBe(true);
    expect(wantsCalls(meeting('cancelled'), ENDS)).toBe(false);
    expect(wantsCalls(meeting('cancelled', false), ENDS - 1)).toBe(false);
  });
});
