import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { holdBack } from './back';

type Listener = (event: { stopImmediatePropagation: () => void }) => void;

let steps: unknown[];
/** Of the window, in the order in which a browser asks them: those that capture come first. */
let listeners: Listener[];
const screens = vi.fn();

function back(): void {
  steps.pop();
  let stopped = false;
  for (const listener of [...listeners]) if (!stopped) listener({ stopImmediatePropagation: () => (stopped = true) });
}

beforeEach(() => {
  steps = [{ depth: 1 }];
  listeners = [screens];
  screens.mockClear();
  vi.stubGlobal('addEventListener', (_: string, listener: Listener, { capture }: { capture: boolean }) =>
    listeners.splice(capture ? 0 : listeners.length, 0, listener));
  vi.stubGlobal('removeEventListener', (_: string, listener: Listener) => (listeners = listeners.filter((one) => one !== listener)));
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
