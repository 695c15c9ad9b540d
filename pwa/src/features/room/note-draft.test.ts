import { describe, expect, it } from 'vitest';
import type { Meeting } from '$api/shapes';
import type { Note } from '$sync/room';
import { draftKey, newForm, restored, worthKeeping } from './note-draft';

const said: Note = { key: 'k', agenda_item_id: '4', speaker_member_id: '7', speaker_name: null, text: 'Đồng ý.', at: 1 };
const names = new Map([['7', 'Lê Văn Thử']]);
const agenda = { agenda: [{ id: '4' }, { id: '5' }] } as Meeting;

describe('a note', () => {
  it('belongs to the item under discussion when its writing began, a correction to the item of the note', () => {
    expect(newForm(null, '5', names)).toEqual({ about: '5', speaker: null, chosen: false, text: '' });
    expect(newForm(said, '5', names)).toEqual({
      about: '4', speaker: { id: '7', name: 'Lê Văn Thử', guest: false, recent: false }, chosen: true, text: 'Đồng ý.',
    });
  });

  it('that was begun is kept apart from corrections, and from other meetings', () => {
    expect(new Set([draftKey('1', null), draftKey('2', null), draftKey('1', said), draftKey('1', { key: 'l' })]).size).toBe(4);
  });

  it('is kept with its item and speaker as soon as something is written', () => {
    const fresh = newForm(null, '4', names);
    expect(worthKeeping({ ...fresh, chosen: true, text: '  ' }, fresh)).toBeNull();
    const form = { ...fresh, chosen: true, text: 'Đề nghị làm sớm.' };
    expect(worthKeeping(form, fresh)).toBe(form);
    expect(restored(form, agenda).about).toBe('4');
  });

  it('comes back under no item when its item was taken off the agenda', () => {
    expect(restored({ about: '9', speaker: null, chosen: true, text: 'a' }, agenda)).toEqual({ about: null, speaker: null, chosen: true, text: 'a' });
  });

  it('that was corrected by nothing is not kept', () => {
    const fresh = newForm(said, null, names);
    expect(worthKeeping({ ...fresh }, fresh)).toBeNull();
    expect(worthKeeping({ ...fresh, about: '5' }, fresh)?.about).toBe('5');
  });
});
