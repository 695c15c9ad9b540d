import type { Id } from '$api/shapes';

/** What the minutes and the resolution of a meeting bear, or will bear as things stand. */
export interface Numbers {
  minutes: string;
  resolution: string;
}

export function numbersPath(meetingId: Id): string {
  return `/api/meetings/${encodeURIComponent(meetingId)}/next-numbers`;
}
