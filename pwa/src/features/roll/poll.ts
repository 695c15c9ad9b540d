import type { Id } from '$api/shapes';
import { pollWhileSeen } from '$lib/poll';
import { fetchRoll, fetchRoom } from './commands';

/** A check-in is on the board within three seconds: the pause, the question, and the drawing of the answer. */
const PACE = { every: 2_000, retry: 8_000 };

/** Keeps the stored book and roll of a room fresh while the window is seen. `heard` learns whether the server answered. */
export function pollRoom(meetingId: Id, heard: (answered: boolean) => void): () => void {
  return pollWhileSeen((signal) => fetchRoom(meetingId, signal), PACE, (code) => heard(code === null));
}

/** Keeps the stored roll of a meeting fresh while the window is seen. `heard` learns whether the server answered. */
export function pollRoll(meetingId: Id, heard: (answered: boolean) => void): () => void {
  return pollWhileSeen((signal) => fetchRoll(meetingId, signal), PACE, (code) => heard(code === null));
}
