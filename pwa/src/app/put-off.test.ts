import { afterEach, expect, test, vi } from 'vitest';
import { isUpdatePutOff, putUpdateOff } from './put-off';

afterEach(() => {
  vi.useRealTimers();
});

test('a new version that was put off is spoken of again after a day', () => {
  vi.useFakeTimers({ now: new Date('2026-12-01T02:00:00Z'), toFake: ['Date'] });
  expect(isUpdatePutOff()).toBe(false);
  putUpdateOff();
  vi.setSystemTime(new Date('2026-12-02T01:59:00Z'));
  expect(isUpdatePutOff()).toBe(true);
  vi.setSystemTime(new Date('2026-12-02T02:01:00Z'));
  expect(isUpdatePutOff()).toBe(false);
});
