import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Minutes } from '$api/minutes-shapes';
import { onChange, write, writeMeta } from '$db/database';
import { nameSigners, recordOnPaper, saveSection, sendAgain, settleConflict } from '$features/minutes/commands';
import { agreeHere, composeHere } from '$features/minutes/room';
import { joined } from '$features/minutes/conflict';
import { bodyOf, withText } from '$features/minutes/text';
import { append } from '$sync/book';
import { flush } from '$sync/flush';
import { readMinutes, sectionsIn } from '$sync/minutes';
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

  it('name the draft that was put to the vote', async () => {
    await write(['resolutions'], (tx) => tx.objectStore('resolutions').put(
      { id: '8', organization_id: '3', meeting_id: ID, state: 'draft', symbol: '12-NQ/CB', title: 'Nhiệm vụ tháng 12', tasks: [] } as never));
    const ballot = { title: 'Thông qua nghị quyết', kind: 'resolution', agenda_item_id: null, agree: 1, disagree: 0, other: 0, denominator: 2, reserved: [] };
    await append(ID, [{ kind: 'hand_vote', data: { ballot: { ...ballot, resolution_id: '8' } } }]);
    await composeHere(ID);
    const told = (await shown()).minutes.sections.find((one) => one.key === 'votes')?.paragraphs.map((one) => one.text).join();
    expect(told).toContain('Biểu quyết “Thông qua nghị quyết”. Nội dung biểu quyết: dự thảo số 12-NQ/CB “Nhiệm vụ tháng 12”. Hình thức: biểu quyết giơ tay.');
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
    expect(item?.body).toMatchObject({ read_back_at: null, sections: [{ key: 'opening' }, { key: 'attendance' }] });
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

  it('stay agreed to when the meeting goes on to its end, and name who presented it', async () => {
    const end = { id: '9', position: 1, title: 'Bế mạc', presenter: 'Chủ trì', minutes: null, body: null, source: null };
    await write(['meetings'], (tx) => tx.objectStore('meetings').put(
      meeting({ id: ID, state: 'open', opened_at: '2026-12-03T12:30:00Z', agenda: [end] as never })));
    await composeHere(ID);
    await agreeHere((await shown()).minutes);
    await append(ID, [{ kind: 'item', data: { agenda_item_id: '9', state: 'done' } }]);
    await composeHere(ID);
    const { minutes } = await shown();
    expect([minutes.state, paragraph(minutes, 'presenter.9')?.text]).toEqual(['read_back', 'Trình bày: Chủ trì.']);
  });

  it('claim a reading only once the room has agreed, and no more when somebody has changed them since', async () => {
    await composeHere(ID);
    expect(paragraph((await shown()).minutes, 'read_back')).toBeUndefined();
    await agreeHere((await shown()).minutes);
    const { minutes } = await shown();
    expect([minutes.state, paragraph(minutes, 'read_back')?.text]).toEqual(
      ['read_back', 'Biên bản đã được đọc lại trước buổi sinh hoạt; các đồng chí dự nhất trí thông qua.']);
    await edit('Địa điểm: sân đình.');
    expect([(await shown()).minutes.state, paragraph((await shown()).minutes, 'read_back')]).toEqual(['draft', undefined]);
  });

  it('say that they were agreed to after the meeting when it had ended', async () => {
    await write(['meetings'], (tx) => tx.objectStore('meetings').put(
      meeting({ id: ID, state: 'closed', opened_at: '2026-12-03T12:30:00Z', closed_at: '2026-12-03T14:00:00Z' })));
    vi.setSystemTime('2026-12-03T14:01:28Z');
    await composeHere(ID);
    await agreeHere((await shown()).minutes);
    vi.useRealTimers();
    const { minutes } = await shown();
    expect(paragraph(minutes, 'read_back')).toBeUndefined();
    expect(paragraph(minutes, 'agreed_later')?.text).toBe('Biên bản được thông qua sau buổi sinh hoạt, lúc 21 giờ 01 phút cùng ngày.');
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

describe('the minutes that the server has', () => {
  const theirs = (): Minutes => ({ ...base, etag: '5-8', sections: base.sections.map((one) => withText(one, one.paragraphs[0]!.id, 'Của người khác.')) });
  let base: Minutes;

  beforeEach(async () => {
    await writeMeta('session', session());
    const fact = (id: string) => ({ id, text: 'Theo dữ liệu.', is_heading: false, facts: 'Theo dữ liệu.', removed: false, differs: false });
    base = {
      id: '5', meeting_id: ID, organization_id: '3', state: 'draft', issuer: '', superior: '', place: '', day: '2026-12-03', symbol: '01-BB/CB',
      title: 'Biên bản', subtitle: '', sections: ['opening', 'closing'].map((key) => ({ key, title: key, paragraphs: [fact(`${key}.1`)] })),
      chair: null, minute_taker: null, signatures: [], addenda: [], intact: true, read_back_at: null, signed_at: null,
      changed_at: '2026-12-03T12:30:00Z', etag: '5-7',
    };
    await write(['minutes'], (tx) => tx.objectStore('minutes').put(base));
  });

  const changed = (index: number, text: string) => withText(base.sections[index]!, base.sections[index]!.paragraphs[0]!.id, text);

  it('get two sections that were changed at once as one change of one version', async () => {
    await Promise.all([saveSection(ID, changed(0, 'Một.')), saveSection(ID, changed(1, 'Hai.'))]);
    const [item, ...others] = await allItems();
    expect(others).toEqual([]);
    expect([item?.if_match, JSON.stringify(item?.body)]).toEqual(['5-7', expect.stringMatching(/Một.*Hai/)]);
    expect((await shown()).waiting).toEqual(['opening', 'closing']);
  });

  it('are signed on paper by one after the other, each on the version that the one before has left', async () => {
    const log = serve(json({ ...base, etag: '5-8' }, 201), json({ ...base, etag: '5-9', state: 'signed' }, 201));
    const page = new File(['x'], 'trang-ky.png', { type: 'image/png' });
    expect(await recordOnPaper(base, ['minute_taker', 'chair'], 0, page)).toBeNull();
    const asked = log.map((one) => [one.path.split('/').at(-1), one.headers.get('If-Match'), (one.body as FormData).get('role')]);
    expect(asked).toEqual([['paper-signatures', '5-7', 'minute_taker'], ['paper-signatures', '5-8', 'chair']]);
    expect((await shown()).minutes.state).toBe('signed');
  });

  it('are looked up again when a signed page was not taken, and nobody else is put on record', async () => {
    const log = serve(problem(412, 'precondition_failed'), json({ ...base, etag: '5-8' }));
    const page = new File(['x'], 'trang-ky.png', { type: 'image/png' });
    expect(await recordOnPaper(base, ['minute_taker', 'chair'], 0, page)).toBe('precondition_failed');
    expect(log.map((one) => one.method)).toEqual(['POST', 'GET']);
    expect((await shown()).minutes.etag).toBe('5-8');
  });

  it('are at no moment shown as settled between a conflict and what was chosen', async () => {
    await Promise.all([saveSection(ID, changed(0, 'Một.')), saveSection(ID, changed(1, 'Hai.'))]);
    serve(problem(412, 'precondition_failed'));
    await flush();
    const conflict = (await shown()).conflict!;
    await write(['minutes'], (tx) => tx.objectStore('minutes').put(theirs()));
    const moments: Promise<boolean>[] = [];
    const stop = onChange(() => moments.push(shown().then((now) => now.conflict !== null || now.pending)));
    // What both began with was kept with the change, to tell who changed what.
    expect(conflict.base).toEqual(base.sections);
    const mine = joined(sectionsIn(conflict.body), theirs().sections, sectionsIn({ sections: conflict.base }), {});
    await settleConflict(ID, conflict, mine);
    stop();
    expect(moments.length).toBeGreaterThan(0);
    expect(await Promise.all(moments)).not.toContain(false);
    const [item, ...others] = await allItems();
    expect(others).toEqual([]);
    expect([item?.state, item?.if_match, JSON.stringify(item?.body)]).toEqual(['queued', '5-8', expect.stringMatching(/Một.*Hai/)]);
  });

  it('are written over by nobody who has not seen who came first', async () => {
    await saveSection(ID, changed(0, 'Một.'));
    serve(problem(412, 'precondition_failed'));
    await flush();
    await write(['minutes'], (tx) => tx.objectStore('minutes').put(theirs()));
    // A third version, which this phone has not shown.
    const log = serve(json({ ...theirs(), etag: '5-9' }));
    await settleConflict(ID, (await shown()).conflict!, joined([bodyOf(changed(0, 'Một.'))], theirs().sections, [], {}));
    expect(log).toEqual([]);
    expect((await allItems()).map((item) => item.if_match)).toEqual(['5-8']);
  });

  it('name their signers in the version that an edit on its way has made', async () => {
    vi.stubGlobal('navigator', { onLine: true });
    await saveSection(ID, changed(0, 'Một.'));
    const log = serve(json({ ...base, etag: '5-8' }), json({ ...base, etag: '5-9' }));
    const named = nameSigners(base, { minute_taker_id: '4' });
    await flush();
    expect(await named).toBeNull();
    expect(log.map(({ body, headers }) => [Object.keys(body as object)[0], headers.get('If-Match')])).toEqual([['sections', '5-7'], ['minute_taker_id', '5-8']]);
  });

  it('stay as they are when the other text is chosen', async () => {
    await saveSection(ID, changed(0, 'Một.'));
    serve(problem(412, 'precondition_failed'));
    await flush();
    await settleConflict(ID, (await shown()).conflict!, []);
    expect(await allItems()).toEqual([]);
  });
});
