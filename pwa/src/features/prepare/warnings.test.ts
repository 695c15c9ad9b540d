import { expect, it } from 'vitest';
import type { Meeting } from '$api/shapes';
import { warningTexts } from './warnings';

it('says once what two meetings of one name at one time would say twice', () => {
  const clash = {
    code: 'clash', params: { title: 'Hội nghị', organization_name: 'Đảng bộ Mẫu', starts_at: '2026-12-24T01:00:00Z', ends_at: '2026-12-24T04:00:00Z' },
  };
  const meeting = { timezone: 'Asia/Ho_Chi_Minh', warnings: [clash, { ...clash }, { code: 'another' }] } as unknown as Meeting;
  expect(warningTexts(meeting)).toHaveLength(1);
});
