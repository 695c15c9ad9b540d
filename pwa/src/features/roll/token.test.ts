import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CheckInKey } from '$api/shapes';
import { parseCheckInLink } from '$sync/check-in';
import { checkInLink, importKey, mayShow, secondsLeft, stepAt, tokenOf } from './token';

const bytes = Buffer.from(Array.from({ length: 32 }, (_unused, index) => (index * 7 + 251) % 256));
const key: CheckInKey = {
  key: bytes.toString('base64url'), step_seconds: 10, valid_from: '2026-12-03T11:30:00Z', valid_until: '2026-12-03T20:00:00Z',
};

describe('the check-in code', () => {
  it('is the one of the contract: base64url of the HMAC over meeting and step, 22 characters', async () => {
    const step = stepAt(Date.parse('2026-12-03T12:30:05Z'), 10);
    const expected = createHmac('sha256', bytes).update(`17.${step}`).digest('base64url').slice(0, 22);
    expect(await tokenOf(await importKey(key), '17', step)).toBe(expected);
  });

  it('takes a key that is padded', async () => {
    const padded = { ...key, key: bytes.toString('base64').replace(/\+/g, '-').replace(/\//g, '_') };
    expect(await tokenOf(await importKey(padded), '17', 1)).toBe(await tokenOf(await importKey(key), '17', 1));
  });

  it('changes with the step and with the meeting', async () => {
    const hmac = await importKey(key);
    expect(new Set([await tokenOf(hmac, '17', 1), await tokenOf(hmac, '17', 2), await tokenOf(hmac, '18', 1)]).size).toBe(3);
  });

  it('makes a link that the scanner reads', async () => {
    const token = await tokenOf(await importKey(key), '17', 179_999_999);
    const link = checkInLink('https://so-tay.example', '17', 179_999_999, token);
    expect(parseCheckInLink(link)).toEqual({ meeting_id: '17', token: `179999999.${token}` });
  });

  it('of a site is made with the key and the number of that site, and says which it is', async () => {
    const hmac = await importKey(key);
    const token = await tokenOf(hmac, '17', 5, '42');
    expect(token).toBe(createHmac('sha256', bytes).update('17.42.5').digest('base64url').slice(0, 22));
    const link = checkInLink('https://so-tay.example', '17', 5, token, '42');
    expect(parseCheckInLink(link)).toEqual({ meeting_id: '17', token: `5.${token}.42` });
  });

  it('counts down to the next step', () => {
    expect(secondsLeft(20_000, 10)).toBe(10);
    expect(secondsLeft(29_500, 10)).toBeCloseTo(0.5);
  });

  it('is shown while the meeting is open, else only in the hours of its key', () => {
    expect(mayShow(key, false, Date.parse('2026-12-03T11:29:59Z'))).toBe(false);
    expect(mayShow(key, false, Date.parse('2026-12-03T12:00:00Z'))).toBe(true);
    expect(mayShow(key, false, Date.parse('2026-12-03T20:00:01Z'))).toBe(false);
    expect(mayShow(key, true, Date.parse('2026-12-03T10:00:00Z'))).toBe(true);
  });
});
