import { describe, expect, it } from 'vitest';
import cases from '../../../tests/data/proceedings/cases.json';
import { agendaNames, foldRoom, subjectOf, type EntryKind, type Room, type RoomEntry } from './room';

type Case = (typeof cases)[number];

function entriesOf(one: Case): RoomEntry[] {
  return one.entries.map((entry) => ({
    ...entry, kind: entry.kind as EntryKind, at: Date.parse(entry.at), subject: subjectOf(entry.kind as EntryKind, entry.data),
  })) as RoomEntry[];
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString().replace('.000Z', 'Z'));

/** The room as the cases write it. */
function told(room: Room): Record<string, unknown> {
  return {
    ...room, opened_at: iso(room.opened_at), closed_at: iso(room.closed_at),
    unopened_at: iso(room.unopened_at), reopened_at: iso(room.reopened_at),
    added: room.added.map((line) => ({ ...line, at: iso(line.at) })), agenda: agendaNames(['3', '4', '5'], room),
    items: Object.fromEntries(Object.entries(room.items).map(([id, time]) => [id, { ...time, since: iso(time.since) }])),
    notes: room.notes.map((note) => ({ ...note, at: iso(note.at) })),
    differences: room.differences.map((one) => ({
      subject: one.entry.subject, standing: one.entry.id, others: one.others.map((other) => other.id),
    })),
    doubles: room.doubles.map((pair) => pair.map((one) => one.entry.subject)),
  };
}

describe('the room as its book tells it, as on the server', () => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const room = told(foldRoom(entriesOf(one)));
    for (const [name, expected] of Object.entries(one.room)) expect(room[name], name).toEqual(expected);
  });

  it.each(cases.map((one) => [one.name, one] as const))('whatever arrives first: %s', (_name, one) => {
    expect(told(foldRoom(entriesOf(one).reverse()))).toEqual(told(foldRoom(entriesOf(one))));
  });
});
