import { describe, expect, it } from 'vitest';
import { actsAfter, runsMeeting, takesMinutes, writesMinutes } from './acts';

describe('the acts of a meeting', () => {
  it('are nothing to run for the appointed minute-taker', () => {
    expect(runsMeeting({ can: ['take_minutes'] })).toBe(false);
    expect(takesMinutes({ can: ['take_minutes'] })).toBe(true);
  });

  it('are those of the minutes for secretary and minute-taker, not for staff who run a conference', () => {
    const conference = { can: ['close' as const], organization_id: '2' };
    expect(writesMinutes(conference, ['2'])).toBe(true);
    expect(writesMinutes(conference, ['7'])).toBe(false);
    expect(writesMinutes({ ...conference, can: ['close', 'take_minutes'] }, [])).toBe(true);
  });

  it('stay what they were for a member, and with the appointment, when the room opens without a network', () => {
    expect(actsAfter([], ['close', 'mark'])).toEqual([]);
    expect(actsAfter(['take_minutes'], ['close', 'mark'])).toEqual(['take_minutes']);
    expect(actsAfter(['open', 'take_minutes'], ['close', 'mark'])).toEqual(['close', 'mark', 'take_minutes']);
    expect(actsAfter(['open'], ['close', 'mark'])).toEqual(['close', 'mark']);
  });
});
