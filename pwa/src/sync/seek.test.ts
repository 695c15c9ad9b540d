import { describe, expect, it, vi } from 'vitest';
import type { Meeting } from '$api/shapes';
import { seeker } from './seek';

const meeting = { id: '7', title: 'Sinh hoạt' } as Meeting;

describe('a meeting that a link leads to', () => {
  it('is read from the phone where it is there, and nobody is asked', async () => {
    const [sync, fetch] = [vi.fn(), vi.fn()];
    expect(await seeker(async () => meeting, sync, fetch)('7')).toBe(meeting);
    expect([sync, fetch].map((one) => one.mock.calls.length)).toEqual([0, 0]);
  });

  it('comes with the sync that is under way', async () => {
    let stored: Meeting | null = null;
    const fetch = vi.fn();
    const sync = async (): Promise<void> => { stored = meeting; };
    expect(await seeker(async () => stored, sync, fetch)('7')).toBe(meeting);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('is asked of the server by its id before it is said not to be there, once', async () => {
    const fetch = vi.fn(async () => meeting);
    const seek = seeker(async () => null, async () => undefined, fetch);
    expect(await Promise.all([seek('7'), seek('7')])).toEqual([meeting, meeting]);
    expect(await seek('7')).toBe(meeting);
    expect(fetch.mock.calls).toEqual([['7']]);
  });

  it('is not there when the server does not know it either', async () => {
    expect(await seeker(async () => null, async () => undefined, async () => null)('7')).toBeNull();
  });
});
