import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeToast, showToast, toasts } from './toasts.svelte';

beforeEach(() => {
  vi.stubGlobal('innerWidth', 360);
  vi.useFakeTimers();
});
afterEach(() => {
  while (toasts[0]) closeToast(toasts[0].id);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** For how many whole seconds a message is seen. */
function seen(text: string, options?: Parameters<typeof showToast>[1]): number {
  showToast(text, options);
  let seconds = 0;
  while (toasts.length > 0 && seconds < 60) {
    vi.advanceTimersByTime(1000);
    seconds++;
  }
  return seconds;
}

test('a message stays as long as it takes to read; longer where something went wrong or can be done about it', () => {
  expect(seen('Đã lưu', { tone: 'good' })).toBe(4);
  expect(seen('Đã gửi đơn xin vắng, chờ bí thư trả lời', { tone: 'good' })).toBe(6);
  expect(seen('Đã lưu '.repeat(30), { tone: 'good' })).toBe(6);
  expect(seen('Không gửi được', { tone: 'bad' })).toBe(8);
  expect(seen('Đã bỏ', { action: { label: 'Hoàn tác', run: () => undefined } })).toBe(12);
});
