import { describe, expect, it } from 'vitest';
import type { Notice } from '$api/shapes';
import { dutyBelow } from './below';
import { en } from './messages.en';
import { vi } from './messages';

const params = { month: '2026-12', organization_id: '9', organization_name: 'Chi bộ thôn Đoài' };
const due = { kind: 'meeting_due', meeting_id: null, params } as unknown as Notice;
const minutes = { ...due, kind: 'minutes_due', meeting_id: '7' } as Notice;

describe('the duty of an organisation below that has nobody to be called upon', () => {
  it('leads staff to its screens', () => {
    expect(dutyBelow(due, true)).toEqual({ href: '/staff/organizations/9' });
    expect(dutyBelow(minutes, true)).toEqual({ href: '/staff/meetings/7' });
  });

  it('tells a secretary above who is not staff whom to ask', () => {
    expect(dutyBelow(due, false)).toBe('ask');
    expect(dutyBelow(minutes, false)).toBe('ask');
    expect(vi['notice.below_ask']).toContain('cán bộ');
    expect(en['notice.below_ask']).toContain('staff');
  });

  it('is not that of one’s own organisation', () => {
    expect(dutyBelow({ ...due, params: { month: '2026-12' } } as Notice, true)).toBeNull();
  });
});
