import { expect, test } from 'vitest';
import type { TaskUpdate } from '$api/shapes';
import type { StoredEntry } from '$db/schema';
import cases from '../../../../tests/data/tasks/heard.json';
import { asHeard, heardUntil } from './heard';

test.each(cases)('the phone says of a task what the server says: $name', ({ updates, ended_at, heard_until, known }) => {
  expect(asHeard(updates as unknown as TaskUpdate[], Date.parse(ended_at), Date.parse(heard_until))).toEqual(known);
});

const END = Date.parse('2026-12-05T14:00:00Z');
const close = (more: Partial<StoredEntry>): StoredEntry => ({ kind: 'close', outcome: 'applied', ...more }) as StoredEntry;

test('a report that waits on this phone reaches the room only as long as the end waits too', () => {
  const waits = [{ key: 'k', kind: 'done', text: '', percent: null, at: '2026-12-05T13:00:00Z', full_name: null }] as TaskUpdate[];
  expect(asHeard(waits, END, heardUntil([close({ outcome: null })], END))).toBeNull();
  expect(asHeard(waits, END, heardUntil([close({ received_at: '2026-12-05T14:00:01Z' })], END))).toMatchObject({ state: 'open' });
});

test('the meeting hears until the last line of its end has arrived; one that was refused ends nothing, and without a line it was known at once', () => {
  const lines = [close({ received_at: '2026-12-05T15:00:00Z' }), close({ received_at: '2026-12-05T16:00:00Z' }), close({ outcome: 'refused' })];
  expect(heardUntil(lines, END)).toBe(Date.parse('2026-12-05T16:00:00Z'));
  expect(heardUntil([close({ received_at: '2026-12-05T13:59:00Z' })], END)).toBe(END);
  expect(heardUntil([], END)).toBe(END);
});
