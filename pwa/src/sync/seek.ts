import { request } from '$api/client';
import type { Id, Meeting, Paper, Resolution } from '$api/shapes';
import { database } from '$db/database';
import { getMeeting, listResolutions } from '$db/queries';
import { syncNow } from './engine.svelte';

/** Longer nobody looks at an empty screen. */
const PATIENCE = 8_000;

function asking<T>(path: string): (id: Id) => Promise<T | null> {
  return async (id) => {
    const answer = await request<T>('GET', `${path}/${encodeURIComponent(id)}`, { timeout: PATIENCE });
    return answer.ok ? answer.data : null;
  };
}

/**
 * Reads a meeting for a screen to which a link may lead before anything has come to this phone. One that is not here is
 * waited for with the sync that is under way, then asked of the server by its id, once: it is only told, not kept, because
 * what lies on this phone is what the sync sends. To be made once for a screen.
 */
export function seeker(
  read: (id: Id) => Promise<Meeting | null> = getMeeting, sync: () => Promise<unknown> = syncNow, fetch = asking<Meeting>('/api/meetings'),
): (id: Id) => Promise<Meeting | null> {
  return seeking(read, sync, fetch);
}

/** The same for a resolution, with what waits on this phone over it. */
export function resolutionSeeker(): (id: Id) => Promise<Resolution | null> {
  const read = async (id: Id): Promise<Resolution | null> => (await listResolutions()).find((one) => one.id === id) ?? null;
  return seeking(read, syncNow, asking<Resolution>('/api/resolutions'));
}

export interface FoundPaper {
  meeting: Meeting;
  paper: Paper;
}

/** The same for a paper, which comes with its meeting and in no other way. */
export function paperSeeker(): (id: Id) => Promise<FoundPaper | null> {
  const read = async (id: Id): Promise<FoundPaper | null> => {
    for (const meeting of await (await database()).getAll('meetings')) {
      const paper = meeting.papers.find((row) => row.id === id);
      if (paper) return { meeting, paper };
    }
    return null;
  };
  return seeking(read, syncNow, () => Promise.resolve(null));
}

function seeking<T>(
  read: (id: Id) => Promise<T | null>, sync: () => Promise<unknown>, fetch: (id: Id) => Promise<T | null>,
): (id: Id) => Promise<T | null> {
  const sought = new Map<Id, Promise<T | null>>();
  async function seek(id: Id): Promise<T | null> {
    await Promise.race([sync(), new Promise((enough) => setTimeout(enough, PATIENCE))]);
    return (await read(id)) ? null : fetch(id);
  }
  return async (id) => {
    const here = await read(id);
    if (here) return here;
    const found = sought.get(id) ?? seek(id);
    sought.set(id, found);
    const told = await found;
    return (await read(id)) ?? told;
  };
}
