import type { Id, Meeting } from '$api/shapes';
import { ownCells } from '$app/session.svelte';
import { live } from '$db/live.svelte';
import { getMeeting } from '$db/queries';
import { viewOf } from '$features/staff/view.svelte';
import { meetingPath } from './paths';

export interface ConferenceOf {
  readonly value: Meeting | undefined;
  /** Where its own page is for who looks at it. */
  readonly href: string;
}

/** The conference: as it lies on this phone for who runs it, else as staff see it. To be called while a component is being set up. */
export function conferenceOf(id: () => Id): ConferenceOf {
  const stored = live(['meetings'], () => getMeeting(id()));
  const view = viewOf<Meeting>(() => (stored.ready && !stored.value ? meetingPath(id()) : null));
  const value = $derived(stored.value ?? view.value);
  return {
    get value() {
      return value;
    },
    get href() {
      return value && ownCells().includes(value.organization_id) ? `/chapter/meetings/${id()}` : `/staff/meetings/${id()}`;
    },
  };
}
