/** Minutes in a room without a network: written here from what the phone knows, sent after the book once there is one. */
import type { Minutes, MinutesSection } from '$api/minutes-shapes';
import type { Id } from '$api/shapes';
import { readBook } from '$sync/book';
import { readMinutes } from '$sync/minutes';
import { inTurn, putRoom, saveRoom } from './commands';
import { compose, type ComposedSection } from './compose';
import { gather } from './facts';
import { composeAgain, sectionAgain, unheard } from './merge';
import { unread } from './text';

/** The section that tells of the agreement. */
const CLOSING = 'closing';

/** Writes the minutes on this phone, or brings them up to date, `asked` for or not; answers whether there are any now. */
export function composeHere(meetingId: Id, asked = false): Promise<boolean> {
  return inTurn(() => composed(meetingId, asked));
}

async function composed(meetingId: Id, asked: boolean): Promise<boolean> {
  const shown = await readMinutes(meetingId);
  const agreed = shown?.minutes.state === 'read_back' && !(await readOutside(meetingId, shown.minutes.read_back_at));
  const gathered = await gather(meetingId, agreed ? shown.minutes.read_back_at : null);
  if (!gathered || shown?.conflict || shown?.minutes.state === 'signed') return shown !== null;
  const { facts, meeting, superior, chair, minute_taker } = gathered;
  const old = shown?.minutes;
  const before = old?.sections ?? [];
  const sections = composeAgain(before, withScore(compose(facts), before), agreed, !asked);
  const heads = { chair: chair ?? old?.chair ?? null, minute_taker: minute_taker ?? old?.minute_taker ?? null };
  const known = old && { sections: old.sections, chair: old.chair, minute_taker: old.minute_taker };
  if (known && JSON.stringify(known) === JSON.stringify({ sections, ...heads })) return true;
  const blank: Minutes = {
    id: '', meeting_id: meeting.id, organization_id: meeting.organization_id, state: 'draft', issuer: meeting.organization_name,
    superior, place: '', day: (facts.opened_at ?? facts.starts_at).slice(0, 10), symbol: '', title: 'Biên bản', subtitle: meeting.title,
    sections, ...heads, signatures: [], addenda: [], intact: true, read_back_at: null, signed_at: null,
    changed_at: new Date().toISOString(), etag: '',
  };
  await putRoom({ ...(old ?? blank), sections, ...heads, ...(agreed && !unheard(before, sections) ? {} : { state: 'draft', sections: unread(sections) }) });
  return true;
}

/** Whether it was agreed to after a closing that was taken back later: nobody read it to the meeting. */
async function readOutside(meetingId: Id, readAt: string | null): Promise<boolean> {
  const lines = [...(await readBook(meetingId)).entries.values()].filter((entry) => entry.outcome !== 'refused');
  const at = Date.parse(readAt ?? '');
  return lines.some((undo) => undo.kind === 'reopen' && Date.parse(undo.at) >= at
    && lines.some((end) => end.kind === 'close' && Date.parse(end.at) <= at));
}

/** The score that the server told of in the minutes, where this phone knows of none. */
function withScore(fresh: ComposedSection[], before: readonly MinutesSection[]): ComposedSection[] {
  if (fresh.some((section) => section.key === 'score')) return fresh;
  const told = before.find((section) => section.key === 'score');
  const paragraphs = (told?.paragraphs ?? []).flatMap(({ id, facts, is_heading }) =>
    facts === null ? [] : [{ key: id, text: facts, is_heading }]);
  return told && paragraphs.length > 0 ? [...fresh, { key: told.key, title: told.title, paragraphs }] : fresh;
}

/** Notes on this phone that the meeting has heard the minutes and agreed to them. */
export async function agreeHere(minutes: Minutes): Promise<void> {
  const read_back_at = new Date().toISOString();
  const gathered = await gather(minutes.meeting_id, read_back_at);
  const sections = gathered ? sectionAgain(minutes.sections, compose(gathered.facts), CLOSING) : minutes.sections;
  await saveRoom({ ...minutes, sections, state: 'read_back', read_back_at });
}
