import { beforeEach, describe, expect, it } from 'vitest';
import type { Minutes } from '$api/minutes-shapes';
import { write, writeMeta } from '$db/database';
import { readMinutes, saveSection, sendAgain } from '$features/minutes/commands';
import { agreeHere, composeHere } from '$features/minutes/room';
import { withText } from '$features/minutes/text';
import { append } from '$sync/book';
import { flush } from '$sync/flush';
import { allItems } from '$sync/outbox';
import { meeting, session } from './samples';
import { json, problem, serve } from './server';

const ID = '17';
const shown = async () => {
  const found = await readMinutes(ID);
  if (!found) throw new Error('no minutes');
  return found;
};
const paragraph = ({ sections }: Minutes, id: string) => sections.flatMap((one) => one.paragraphs).find((one) => one.id === id);
const rooms = async () => (await allItems()).filter((item) => item.kind === 'minutes_room');
const present = () => append(ID, [{ kind: 'mark', data: { member_id: '3', state: 'present', reason: null } }]);

async function edit(text: string): Promise<void> {
  const opening = (await shown()).minutes.sections[0]!;
  await saveSection(ID, withText(opening, 'place', text));
}

/** The server's minutes as they lie on this phone. */
async function known(): Promise<Minutes> {
  const { minutes } = await shown();
  return { ...minutes, id: '5', symbol: '01-BB/CB', etag: '5-1' };
}

describe('the minutes of a room without a network', () => {
  beforeEach(async () => {
    await writeMeta('session', session());
    await write(['meetings', 'rolls'], async (tx) => {
      await tx.objectStore('meetings').put(meeting({ id: ID, state: 'open', opened_at: '2026-12-03T12:30:00Z' }));
      const line = { full_name: 'Lê Thị Thử', status: 'official' as const, state: null, method: null, checked_in_at: null, recorded_at: null, recorded_by: null, flags: [] };
      await tx.objectStore('rolls').put({
        meeting_id: ID, counts: {} as never, quorum: null, items: [{ ...line, member_id: '3' }, { ...line, member_id: '4', full_name: 'Đỗ Văn Mẫu' }],
        etag: null, fetched_at: '2026-12-03T12:00:00Z',
      });
    });
  });

  it('write themselves from what the phone knows, and wait as one act behind the book', async () => {
    await present();
    expect(await composeHere(ID)).toBe(true);
    const { minutes, pending } = await shown();
    expect(paragraph(minutes, 'present')?.text).toBe('Có mặt: 1 đồng chí.');
    expect(paragraph(minutes, 'not_recorded')?.text).toBe('Chưa ghi điểm danh: 1 đồng chí (Đỗ Văn Mẫu).');
    expect([minutes.symbol, minutes.etag, pending]).toEqual(['', '', true]);
    expect((await allItems()).map((item) => item.kind)).toEqual(['mark', 'minutes_room']);
  });

  it('keep what was edited when the room goes on, and are sent as they stand last', async () => {
    await composeHere(ID);
    await edit('Địa điểm: sân đình.');
    await present();
    await composeHere(ID);
    const { minutes } = await shown();
    expect(paragraph(minutes, 'place')?.text).toBe('Địa điểm: sân đình.');
    expect(paragraph(minutes, 'present')?.text).toBe('Có mặt: 1 đồng chí.');
    const [item, ...others] = await rooms();
    expect(others).toEqual([]);
    expect(item?.body).toMatchObject({ read_back_at: null, sections: [{ key: 'opening' }, { key: 'attendance' }, { key: 'closing' }] });
  });

  it('stay agreed to by the room until it has heard less than they say', async () => {
    await composeHere(ID);
    await agreeHere((await shown()).minutes);
    await composeHere(ID);
    expect((await shown()).minutes.state).toBe('read_back');
    await append(ID, [{ kind: 'note', data: { key: 'n1', agenda_item_id: null, speaker_member_id: '3', speaker_name: null, text: 'Nhất trí', removed: false } }]);
    await composeHere(ID);
    const { minutes } = await shown();
    expect(paragraph(minutes, 'note.n1')?.text).toBe('Đồng chí Lê Thị Thử: Nhất trí.');
    expect([minutes.state, minutes.read_back_at === null]).toEqual(['draft', false]);
  });

  it('are told as they were read where the roll has changed since', async () => {
    await composeHere(ID);
    await agreeHere((await shown()).minutes);
    await present();
    await composeHere(ID);
    const { minutes } = await shown();
    expect(paragraph(minutes, 'present')).toMatchObject({ text: 'Có mặt: 0 đồng chí.', facts: 'Có mặt: 1 đồng chí.', differs: true });
  });

  it('become the server\'s when it has taken them', async () => {
    await composeHere(ID);
    serve(json({ ...(await known()), meeting_id: ID }));
    await flush();
    const { minutes, pending } = await shown();
    expect([minutes.symbol, minutes.etag, pending]).toEqual(['01-BB/CB', '5-1', false]);
  });

  it('are not lost when somebody else has written others, or the server refuses', async () => {
    await composeHere(ID);
    await edit('Địa điểm: sân đình.');
    serve(problem(409, 'wrong_state'));
    await flush();
    const refused = await shown();
    expect(paragraph(refused.minutes, 'place')?.text).toBe('Địa điểm: sân đình.');
    expect(refused.refused?.code).toBe('wrong_state');
    await sendAgain(refused.refused!);
    serve(problem(412, 'precondition_failed'));
    await flush();
    const met = await shown();
    expect(JSON.stringify(met.conflict?.body)).toContain('sân đình');
    // What is chosen is chosen by a person: the facts do not write over it meanwhile.
    await present();
    await composeHere(ID);
    expect((await rooms()).map((item) => item.state)).toEqual(['conflict']);
  });

  it('name the version that this phone knew when the server has begun them', async () => {
    await composeHere(ID);
    serve(json({ ...(await known()), meeting_id: ID }));
    await flush();
    await present();
    await composeHere(ID);
    const waiting = (await rooms()).filter((item) => item.state === 'queued');
    expect(waiting.map((item) => item.if_match)).toEqual(['5-1']);
    await edit('Địa điểm: sân đình.');
    expect((await rooms()).filter((item) => item.state === 'queued').map((item) => item.if_match)).toEqual(['5-1']);
  });

  it('are not written where the phone has not seen the room', async () => {
    expect(await composeHere('99')).toBe(false);
    expect(await readMinutes('99')).toBeNull();
  });
});
