import type { Tone } from './types';

export interface Toast {
  id: number;
  text: string;
  tone: Tone;
  action?: { label: string; run: () => void } | undefined;
}

export interface ToastOptions {
  tone?: Tone | undefined;
  /** Most often undo. What it does must be reachable in another way as well. */
  action?: { label: string; run: () => void } | undefined;
  /** How long it stays, else as long as it takes to read; 0: until it is closed. Time stands still under a finger, the pointer or the focus. */
  seconds?: number | undefined;
}

let next = 1;
interface Clock {
  left: number;
  since: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}
/** Nothing on the screen depends on the clocks, so they are not reactive. */
const clocks: Record<number, Clock> = {};

/** The toasts on the screen, oldest first; at most three, and on a phone one: it lies over the name of the screen and no further. */
export const toasts = $state<Toast[]>([]);

/** Seconds for a slow reader; what went wrong stays longer than what went well and asks for nothing. */
function readingTime(text: string, tone: Tone = 'neutral'): number {
  return tone === 'bad' || tone === 'warn' ? 8 : Math.min(6, Math.max(4, 3 + text.length / 15));
}

/** Show a short message over the head of the screen; returns its number for `closeToast`. */
export function showToast(text: string, options: ToastOptions = {}): number {
  const id = next++;
  const seconds = options.seconds ?? (options.action ? 12 : readingTime(text, options.tone));
  const most = innerWidth < 600 ? 1 : 3;
  while (toasts.length >= most) closeToast(toasts[0]!.id);
  toasts.push({ id, text, tone: options.tone ?? 'neutral', action: options.action });
  if (seconds > 0) {
    clocks[id] = { left: seconds * 1000, since: 0, timer: undefined };
    resumeToasts();
  }
  return id;
}

/** Take a toast away. An unknown number does nothing. */
export function closeToast(id: number): void {
  clearTimeout(clocks[id]?.timer);
  delete clocks[id];
  const index = toasts.findIndex((toast) => toast.id === id);
  if (index >= 0) toasts.splice(index, 1);
}

/** Stop the clocks while the reader is busy with a toast. */
export function pauseToasts(): void {
  for (const clock of Object.values(clocks)) {
    if (clock.timer === undefined) continue;
    clearTimeout(clock.timer);
    clock.timer = undefined;
    clock.left = Math.max(1000, clock.left - (Date.now() - clock.since));
  }
}

/** Let the clocks run again. */
export function resumeToasts(): void {
  for (const [id, clock] of Object.entries(clocks)) {
    if (clock.timer !== undefined) continue;
    clock.since = Date.now();
    clock.timer = setTimeout(() => closeToast(Number(id)), clock.left);
  }
}
