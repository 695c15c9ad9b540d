import type { Id, Meeting, Resolution } from '$api/shapes';
import type { Step } from '$ui/types';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A convened meeting this near comes before the resolution of one that is over. */
const SOON = 3 * DAY;
/** How long a meeting that was held waits here for its resolution. */
const RESOLUTION_WITHIN = 40 * DAY;

export type NextAct = 'prepare' | 'convene' | 'wait' | 'enter' | 'minutes' | 'draft_resolution' | 'issue_resolution' | 'finalize' | 'done';

/** The resolution that belongs to a meeting: an issued one before a draft. */
export function resolutionOf(meeting: Meeting, resolutions: readonly Resolution[]): Resolution | null {
  const own = resolutions.filter((one) => one.meeting_id === meeting.id && one.state !== 'revoked');
  return own.find((one) => one.state === 'issued') ?? own[0] ?? null;
}

/** What the secretary does next about a meeting; `signed`: its minutes are. */
export function nextAct(meeting: Meeting, resolution: Resolution | null, now: number, signed: boolean): NextAct {
  switch (meeting.state) {
    case 'draft':
      return 'convene';
    case 'convened':
      return now >= Date.parse(meeting.starts_at) - HOUR ? 'enter' : 'wait';
    case 'open':
      return 'enter';
    case 'closed':
    case 'finalized':
      // Reading back and signing comes first, whatever became of the resolution and whether or not the meeting was settled without.
      if (!signed) return 'minutes';
      if (meeting.can.includes('finalize')) return 'finalize';
      if (resolution?.state === 'issued') return 'done';
      return resolution ? 'issue_resolution' : 'draft_resolution';
    default:
      return 'done';
  }
}

/** How much a meeting asks for attention now: the smaller the more; null: not at all. */
function urgency(meeting: Meeting, resolution: Resolution | null, now: number, signed: boolean): number | null {
  const start = Date.parse(meeting.starts_at);
  if (meeting.state === 'open') return 0;
  if (meeting.state === 'convened') {
    if (start < now - 2 * DAY) return 5;
    return start < now + SOON ? 1 : 3;
  }
  if (meeting.state === 'draft') return Date.parse(meeting.ends_at) > now ? 4 : 6;
  // Until it is settled the committee above misses its minutes, however long ago it was.
  if (resolution?.state === 'issued' && meeting.can.includes('finalize')) return 2;
  if (resolution?.state === 'issued' && signed) return null;
  const held = meeting.state === 'closed' || meeting.state === 'finalized';
  return held && now - start < RESOLUTION_WITHIN ? 2 : null;
}

/** The meeting that this month is about, for one cell; null when the next one is to be prepared. `signed`: whose minutes are. */
export function focusOf(
  meetings: readonly Meeting[], resolutions: readonly Resolution[], cell: Id, now: number, signed: ReadonlySet<Id>,
): Meeting | null {
  const ranked = meetings
    .filter((one) => one.organization_id === cell && one.state !== 'cancelled')
    .map((one) => ({ one, rank: urgency(one, resolutionOf(one, resolutions), now, signed.has(one.id)) }))
    .filter((entry): entry is { one: Meeting; rank: number } => entry.rank !== null)
    .sort((a, b) => a.rank - b.rank || distance(a.one, now) - distance(b.one, now));
  return ranked[0]?.one ?? null;
}

function distance(meeting: Meeting, now: number): number {
  return Math.abs(Date.parse(meeting.starts_at) - now);
}

/** Which of the four steps is the present one: 0 to 3, 4 when all are done. */
export function stepOf(meeting: Meeting | null, resolution: Resolution | null, signed: boolean): number {
  if (!meeting) return 0;
  if (meeting.state === 'draft') return 1;
  if (meeting.state === 'convened' || meeting.state === 'open') return 2;
  return resolution?.state === 'issued' && signed ? 4 : 3;
}

/** The line of four steps with words given by the caller. */
export function stepsOf(labels: readonly string[], current: number, notes: readonly (string | undefined)[] = []): Step[] {
  return labels.map((label, index) => ({
    label, state: index < current ? 'done' : index === current ? 'current' : 'todo', note: notes[index],
  }));
}
