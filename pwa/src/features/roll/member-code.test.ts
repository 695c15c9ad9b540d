import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { memberCodeOf, parseMemberLink } from './member-code';
import { importKey } from './token';

const bytes = Buffer.from(Array.from({ length: 32 }, (_unused, index) => (index * 7 + 251) % 256));
const key = { key: bytes.toString('base64url'), step_seconds: 15, valid_from: '2026-12-03T11:30:00Z', valid_until: '2026-12-03T20:00:00Z' };

test('the phone of who runs the meeting finds the code that the server gave the member', async () => {
  const expected = createHmac('sha256', bytes).update('member.17.5').digest('base64url').slice(0, 22);
  expect(await memberCodeOf(await importKey(key), '17', '5')).toBe(expected);
  expect(await memberCodeOf(await importKey(key), '17', '6')).not.toBe(expected);
  expect(await memberCodeOf(await importKey(key), '175', '')).not.toBe(expected);
});

test('a member link is told from everything else a camera sees', () => {
  const code = 'A_-'.padEnd(22, 'b');
  expect(parseMemberLink(`https://sotay.example/m/17#5.${code}`)).toEqual({ meeting_id: '17', member_id: '5', code });
  expect(parseMemberLink(`https://sotay.example/c/17#5.${code}`)).toBeNull();
  expect(parseMemberLink(`https://sotay.example/m/17#5.${code}x`)).toBeNull();
  expect(parseMemberLink('https://sotay.example/m/17')).toBeNull();
});
