import { request } from '$api/client';
import type { Id, Meeting } from '$api/shapes';
import { getMeeting } from '$db/queries';
import { syncNow } from './engine.svelte';

/** Longer nobody looks at an empty screen. */
const PATIENCE = 8_000;

async function ask(id: Id): Promise<Meeting | null> {
  const answer = await request<Meeting>('GET', `/api/meetings/${encodeURIComponent(id)}`, { timeout: PATIENCE });
  return answer.ok ? answer.data : null;
}

/**
 * Reads a meeting for a screen to which a link may lead before anything has come to this phone. One that is not here is
 * waited for with the sync that is under way, then asked of the server by its id, once: it is only told, not kept, because
 * what lies on this phone is what the sync sends. To be made once for a screen.
 */
export function seeker(
  read: (id: Id) => Promise<Meeting | null> = getMeeting, sync: () => Promise<unknown> = syncNow, fetch = ask,
): (id: Id) => Promise<Meeting | null> {
  const sought = new Map<Id, Promise<Meeting | null>>();
  async function seek(id: Id): Promise<Meeting | null> {
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
