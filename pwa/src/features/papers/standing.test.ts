import { expect, test } from 'vitest';
import { standing } from './standing';

test.each([
  ['a phone to which nothing has come yet is still fetching', { sought: false, synced: false, running: false }, 'first'],
  ['also when that takes longer than it is waited for', { sought: true, synced: false, running: true }, 'first'],
  ['without a network nothing is known of it', { sought: true, synced: false, running: false }, 'never'],
  ['a synced phone looks once more', { sought: false, synced: true, running: true }, 'loading'],
  ['and only then says that it is not there', { sought: true, synced: true, running: false }, 'gone'],
] as const)('%s', (_name, seeking, expected) => expect(standing(seeking)).toBe(expected));
