import { describe, expect, it } from 'vitest';
import { sayWriter, writerOf } from './writer';

describe('who wrote one side of a difference', () => {
  const names = new Map([['7', 'Lê Văn Thử']]);
  const say = (device_id: string | null, recorded_by: string | null): string => sayWriter(writerOf({ device_id, recorded_by }, 'A', '3', names));

  it('is this device only for the lines of this very device', () => {
    expect(say('A', null)).toBe('Máy này');
    expect(say('A', '3')).toBe('Máy này');
    expect(say('B', '3')).toBe('Máy khác của đồng chí');
  });

  it('is told by name for the device of somebody else', () => {
    expect(say('B', '7')).toBe('Lê Văn Thử, máy khác');
    expect(say('B', null)).toBe('Máy khác');
    expect(say(null, '99')).toBe('Máy khác');
  });
});
