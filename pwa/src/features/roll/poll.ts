import type { Id } from '$api/shapes';
import { fetchRoll } from './commands';

/** A check-in is on the board within three seconds: the pause, the question, and the drawing of the answer. */
const EVERY = 2_000;
/** Without a network the radio is spared. */
const RETRY = 8_000;

/** Keeps the stored roll of a meeting fresh while the window is seen. `heard` learns whether the server answered. */
export function pollRoll(meetingId: Id, heard: (answered: boolean) => void): () => void {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;

  async function turn(): Promise<void> {
    if (running || controller.signal.aborted || document.visibilityState !== 'visible') return;
    running = true;
    clearTimeout(timer);
    const code = await fetchRoll(meetingId, controller.signal);
    running = false;
    if (controller.signal.aborted) return;
    heard(code === null);
    timer = setTimeout(() => void turn(), code === null ? EVERY : RETRY);
  }
  const wake = (): void => void turn();
  document.addEventListener('visibilitychange', wake);
  addEventListener('online', wake);
  wake();
  return () => {
    controller.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
    removeEventListener('online', wake);
  };
}
