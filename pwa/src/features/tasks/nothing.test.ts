import { expect, test } from 'vitest';
import { nothingOf } from './nothing';

test('an empty list of tasks says of which state there are none', () => {
  expect(nothingOf('overdue')).toEqual({ title: 'Không có nhiệm vụ nào quá hạn' });
  expect(nothingOf('all')).toEqual({ title: 'Không có nhiệm vụ nào', text: 'Nhiệm vụ giao trong nghị quyết đã ban hành sẽ hiện ở đây.' });
});
