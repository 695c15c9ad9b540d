/** Judges what the camera of who runs the meeting sees, without a network, and writes the member down. */
import type { AttendanceState, Id, Meeting } from '$api/shapes';
import { database } from '$db/database';
import { stateOnArrival } from '$features/roll/arrival';
import { isThere, type BoardRow } from '$features/roll/board';
import { memberCodeOf, parseMemberLink } from '$features/roll/member-code';
import { canMakeTokens, importKey } from '$features/roll/token';
import { append } from '$sync/book';

export type Seen =
  | { said: 'recorded' | 'already'; row: BoardRow; state: AttendanceState }
  | { said: 'not_a_code' | 'other_meeting' | 'not_summoned' | 'wrong_code' | 'no_key' };

export async function judge(text: string, meeting: Meeting, rows: readonly BoardRow[], now: number): Promise<Seen> {
  const link = parseMemberLink(text);
  if (!link) return { said: 'not_a_code' };
  if (link.meeting_id !== meeting.id) return { said: 'other_meeting' };
  const row = rows.find((one) => one.member_id === link.member_id);
  if (!row) return { said: 'not_summoned' };
  const key = await (await database()).get('check_in_keys', meeting.id);
  if (!key || !canMakeTokens()) return { said: 'no_key' };
  if ((await memberCodeOf(await importKey(key), meeting.id, link.member_id)) !== link.code) return { said: 'wrong_code' };
  if (isThere(row) && row.state) return { said: 'already', row, state: row.state };
  const state = await stateOnArrival(meeting, now);
  const arrived_at = state === 'late' ? new Date(now).toISOString() : null;
  await record(meeting.id, link.member_id, state, arrived_at, link.code);
  return { said: 'recorded', row, state };
}

async function record(meetingId: Id, member_id: Id, state: AttendanceState, arrived_at: string | null, code: string): Promise<void> {
  await append(meetingId, [{ kind: 'mark', data: { member_id, state, reason: null, arrived_at, left_at: null, code } }]);
}

/** A short high tone for a member who was taken, a low one for what was not. */
export function beep(good: boolean): void {
  navigator.vibrate?.(good ? 80 : [60, 60, 60]);
  try {
    const context = new AudioContext();
    const tone = context.createOscillator();
    tone.frequency.value = good ? 1200 : 300;
    tone.connect(context.destination);
    tone.onended = () => void context.close();
    tone.start();
    tone.stop(context.currentTime + (good ? 0.1 : 0.25));
  } catch {
    navigator.vibrate?.(good ? 80 : 240); // No sound on this device: the screen says it as well.
  }
}
