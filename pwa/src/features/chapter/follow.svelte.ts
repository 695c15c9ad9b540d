import { untrack } from 'svelte';
import type { Meeting } from '$api/shapes';
import { live } from '$db/live.svelte';
import { readMeeting } from '$features/roll/commands';
import { pollBook } from '$sync/book';

/**
 * Follows a meeting as long as it runs: another device may close it, and the book of the room tells of that before the next sync.
 * To be called while a component is being set up.
 */
export function follow(meeting: () => Meeting | null, changed: (now: Meeting) => void): void {
  const running = $derived(meeting()?.state === 'open' ? (meeting()?.id ?? null) : null);
  const now = live(['meetings', 'proceedings', 'outbox'], () => (running ? readMeeting(running) : Promise.resolve(null)));
  $effect(() => (running ? pollBook(running, 10_000) : undefined));
  $effect(() => {
    const found = now.value;
    if (found && found.id === untrack(meeting)?.id) changed(found);
  });
}
