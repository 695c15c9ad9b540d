import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showAt } from './place';

/** How far a page of this height can be scrolled, and where it is. */
let tall: number;
let at: number;
let grow: (to: number) => void;
let listeners: Map<string, () => void>;

beforeEach(() => {
  vi.useFakeTimers();
  [tall, at] = [0, 0];
  listeners = new Map();
  let seen: (() => void) | null = null;
  grow = (to) => {
    tall = to;
    seen?.();
  };
  vi.stubGlobal('scrollTo', (_left: number, top: number) => {
    at = Math.min(top, tall);
    vi.stubGlobal('scrollY', at);
  });
  vi.stubGlobal('document', { body: {} });
  vi.stubGlobal('ResizeObserver', class {
    constructor(private readonly run: () => void) {}
    observe(): void {
      seen = this.run;
    }
    disconnect(): void {
      seen = null;
    }
  });
  vi.stubGlobal('addEventListener', (name: string, run: () => void) => listeners.set(name, run));
  vi.stubGlobal('removeEventListener', (name: string) => listeners.delete(name));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a page that grows is shown where it was left, and is let alone then', () => {
  showAt(900);
  expect(at).toBe(0);
  grow(400);
  expect(at).toBe(400);
  grow(2000);
  expect(at).toBe(900);
  at = 100;
  grow(3000);
  expect([at, listeners.size]).toEqual([100, 0]);
});

test('who scrolls meanwhile is not moved', () => {
  showAt(900);
  listeners.get('wheel')?.();
  grow(2000);
  expect([at, listeners.size]).toEqual([0, 0]);
});

test('another page, and one that stays short, end it', () => {
  showAt(900);
  showAt(0);
  grow(2000);
  expect(at).toBe(0);
  tall = 0;
  showAt(900);
  vi.advanceTimersByTime(3_000);
  grow(2000);
  expect([at, listeners.size]).toEqual([0, 0]);
});
