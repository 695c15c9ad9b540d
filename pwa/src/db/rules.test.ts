import { describe, expect, it } from 'vitest';
import type { Organization } from '$api/shapes';
import { inForce, meetingDays } from './rules';

function organization(id: string, path: string[], own: Partial<Organization> = {}): Organization {
  return {
    id, parent_id: path.at(-2) ?? null, kind: 'cell', name: id, code: id, path, timezone: 'Asia/Ho_Chi_Minh',
    member_counts: { official: 0, probationary: 0, exempt: 0 }, rules: {}, agenda_templates: {}, ...own,
  };
}
const line = { title: 'Thảo luận', presenter: null, minutes: 20, body: null };
const root = organization('1', ['1'], { rules: { 'meeting.days': [3, 4, 5], 'attendance.quorum': '2/3' } });
const committee = organization('2', ['1', '2'], { rules: { 'meeting.days': [10] }, agenda_templates: { regular: [line] } });
const cell = organization('3', ['1', '2', '3'], { rules: { 'attendance.quorum': '1/2' } });

describe('what is in force at an organisation', () => {
  it('is what the nearest one at or above it says, in whatever order they are stored', () => {
    const found = inForce([cell, root, committee], '3');
    expect(found.rules).toEqual({ 'meeting.days': [10], 'attendance.quorum': '1/2' });
    expect(found.templates).toEqual({ regular: [line] });
    expect(meetingDays(inForce([cell, root, committee], '1'))).toEqual([3, 4, 5]);
  });

  it('is nothing where the phone does not know the organisation', () => {
    expect(inForce([root], '9')).toEqual({ rules: {}, templates: {} });
    expect(meetingDays(inForce([], '9'))).toEqual([]);
  });
});
