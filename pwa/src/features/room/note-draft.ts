/** A note while it is being written: to which item it belongs, and what a closed dialog left of it. */
import type { Id, Meeting } from '$api/shapes';
import type { Note } from '$sync/room';
import type { Speaker } from './model';

export interface NoteForm {
  /** The item under discussion when the writing began; the room goes on meanwhile. */
  about: Id | null;
  speaker: Speaker | null;
  /** The speaker was chosen, or that nobody is named. */
  chosen: boolean;
  text: string;
}

/** One draft a meeting, and one for each note that is being corrected. */
export function draftKey(meetingId: Id, note: Pick<Note, 'key'> | null): string {
  return note ? `note:${meetingId}:${note.key}` : `note:${meetingId}`;
}

/** The form as the dialog opens without a draft: a correction stays with its item, a new note goes to the one under discussion. */
export function newForm(note: Note | null, item: Id | null, names: ReadonlyMap<Id, string>): NoteForm {
  if (!note) return { about: item, speaker: null, chosen: false, text: '' };
  const id = note.speaker_member_id ?? note.speaker_name;
  const name = note.speaker_name ?? names.get(id ?? '') ?? id ?? '';
  const speaker = id === null ? null : { id, name, guest: !note.speaker_member_id, recent: false };
  return { about: note.agenda_item_id, speaker, chosen: speaker !== null, text: note.text };
}

/** What is worth keeping of it: nothing without words, nor of a correction that changes nothing. */
export function worthKeeping(form: NoteForm, fresh: NoteForm): NoteForm | null {
  return form.text.trim() === '' || (fresh.text !== '' && JSON.stringify(form) === JSON.stringify(fresh)) ? null : form;
}

/** The draft, as far as the agenda still has its item. */
export function restored(kept: NoteForm, meeting: Pick<Meeting, 'agenda'>): NoteForm {
  return meeting.agenda.some((one) => one.id === kept.about) ? kept : { ...kept, about: null };
}
