import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pollWhileSeen } from './poll';

const pace = { every: 1_000, retry: 4_000 };
let seen: EventTarget & { visibilityState: string };

beforeEach(() => {
  vi.useFakeTimers();
  seen = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', seen);
  const network = new EventTarget();
  vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
  vi.stubGlobal('dispatchEvent', network.dispatchEvent.bind(network));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('asks at once and again after the pause, and tells what was heard', async () => {
  const ask = vi.fn(() => Promise.resolve(null));
  const heard = vi.fn();
  const stop = pollWhileSeen(ask, pace, heard);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(ask).toHaveBeenCalledTimes(3);
  expect(heard).toHaveBeenLastCalledWith(null);
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask).toHaveBeenCalledTimes(3);
});

test('waits longer while nobody answers, and asks at once when the network returns', async () => {
  const ask = vi.fn(() => Promise.resolve('network'));
  const stop = pollWhileSeen(ask, pace, () => undefined);
  await vi.advanceTimersByTimeAsync(3_900);
  expect(ask).toHaveBeenCalledTimes(1);
  dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(2);
  stop();
});

test('asks nothing while the window is hidden', async () => {
  const ask = vi.fn(() => Promise.resolve(null));
  const stop = pollWhileSeen(ask, pace, () => undefined);
  await vi.advanceTimersByTimeAsync(0);
  seen.visibilityState = 'hidden';
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ask).toHaveBeenCalledTimes(1);
  seen.visibilityState = 'visible';
  seen.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(0);
  expect(ask).toHaveBeenCalledTimes(2);
  stop();
});

test('never asks twice at a time, and hears nothing more once it is ended', async () => {
  let answer: (code: string | null) => void = () => undefined;
  const ask = vi.fn((_signal: AbortSignal) => new Promise<string | null>((resolve) => (answer = resolve)));
  const heard = vi.fn();
  const stop = pollWhileSeen(ask, pace, heard);
  dispatchEvent(new Event('online'));
  expect(ask).toHaveBeenCalledTimes(1);
  stop();
  expect(ask.mock.calls[0]?.[0].aborted).toBe(true);
  answer(null);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).not.toHaveBeenCalled();
  expect(ask).toHaveBeenCalledTimes(1);
});
