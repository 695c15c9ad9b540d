import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdBack, takeBack } from './back';

let steps: unknown[];
const screens = vi.fn();

/** As the router hears of it. */
function back(): void {
  steps.pop();
  if (!takeBack()) screens();
}

beforeEach(() => {
  steps = [{ depth: 1 }];
  screens.mockClear();
  vi.stubGlobal('history', {
    get state() {
      return steps.at(-1);
    },
    pushState: (state: unknown) => steps.push(state),
    back,
  });
});
afterEach(() => vi.unstubAllGlobals());

test('Back closes what lies over the screen first, and leaves the screen only the next time', () => {
  const close = vi.fn();
  const release = holdBack(close);
  back();
  expect(close).toHaveBeenCalledOnce();
  expect(screens).not.toHaveBeenCalled();
  release();
  expect(steps).toEqual([{ depth: 1 }]);
  back();
  expect(screens).toHaveBeenCalledOnce();
});

test('what was closed in another way leaves no step behind, and the screen stays', () => {
  const close = vi.fn();
  holdBack(close)();
  expect(steps).toEqual([{ depth: 1 }]);
  expect([close.mock.calls.length, screens.mock.calls.length]).toEqual([0, 0]);
  back();
  expect(screens).toHaveBeenCalledOnce();
});

test('a page that was opened meanwhile is not left', () => {
  const release = holdBack(vi.fn());
  history.pushState({ depth: 2 }, '');
  release();
  expect(steps.at(-1)).toEqual({ depth: 2 });
  back();
  expect(screens).toHaveBeenCalledOnce();
});

test('what opens before the step back of the last one has come stays open', () => {
  const steppingBack = vi.fn();
  vi.stubGlobal('history', { ...history, get state() { return steps.at(-1); }, back: steppingBack });
  holdBack(vi.fn())();
  expect(steppingBack).toHaveBeenCalledOnce();
  const close = vi.fn();
  const release = holdBack(close);
  expect(takeBack()).toBe(true);
  expect(close).not.toHaveBeenCalled();
  expect(takeBack()).toBe(true);
  expect(close).toHaveBeenCalledOnce();
  release();
  expect(takeBack()).toBe(false);
});
