import { expect, it } from 'vitest';
import { together, whyOf } from './words';

it('offers each reason once, however many codes of push services it has', () => {
  const found = together([
    { reason: 'http_404', count: 2 }, { reason: 'http_403', count: 1 }, { reason: 'http_410', count: 3 }, { reason: 'timeout', count: 4 },
    { reason: 'not_connected', count: 1 },
  ]);
  expect(found).toEqual([
    { why: 'gone', codes: ['http_404', 'http_410'], count: 5 },
    { why: 'refused', codes: ['http_403'], count: 1 },
    { why: 'network', codes: ['timeout', 'not_connected'], count: 5 },
  ]);
  expect(new Set(found.flatMap(({ codes }) => codes.map(whyOf))).size).toBe(found.length);
});
