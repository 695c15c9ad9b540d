export interface Pace {
  /** Pause after an answer, in milliseconds. */
  every: number;
  /** Pause when nobody answered: without a network the radio is spared. */
  retry: number;
  /** How far apart the phones of a full room may come to ask, as a share of the pause. */
  spread?: number;
}

/**
 * Asks again and again while the window is seen, at once when it comes into sight or the network returns, and never twice at
 * a time. `ask` answers null, or the code of what went wrong; `heard` is told. Call what is returned to end it.
 */
export function pollWhileSeen(
  ask: (signal: AbortSignal) => Promise<string | null>, { every, retry, spread = 0 }: Pace, heard: (code: string | null) => void,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;

  async function turn(): Promise<void> {
    if (running || signal.aborted || document.visibilityState !== 'visible') return;
    running = true;
    clearTimeout(timer);
    const code = await ask(signal);
    running = false;
    if (signal.aborted) return;
    heard(code);
    timer = setTimeout(() => void turn(), (code === null ? every : retry) * (1 + spread * (Math.random() - 0.5)));
  }
  const wake = (): void => void turn();
  document.addEventListener('visibilitychange', wake, { signal });
  addEventListener('online', wake, { signal });
  wake();
  return () => {
    controller.abort();
    clearTimeout(timer);
  };
}
