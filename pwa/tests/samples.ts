import type { Meeting, Notice, Resolution, Session, SyncPage } from '$api/shapes';

const counts = { summoned: 20, present: 0, late: 0, excused: 0, unexcused: 0, exempt: 0, not_recorded: 20 };

export function meeting(changes: Partial<Meeting> = {}): Meeting {
  return {
    id: '17', organization_id: '12', organization_name: 'Chi bộ 4', kind: 'regular', title: 'Sinh hoạt tháng 12',
    state: 'convened', starts_at: '2026-12-03T12:30:00+00:00', ends_at: '2026-12-03T14:00:00+00:00', place: 'Nhà văn hóa',
    online_url: null, agenda: [], papers: [], cancel_reason: null, convened_at: null, opened_at: null, closed_at: null,
    timezone: 'Asia/Ho_Chi_Minh', can: [], counts, etag: '"1"', ...changes,
  };
}

export function session(id = '7'): Session {
  return {
    account: { id, login: '0912000000' }, member: null, offices: [], must_change_password: false, purpose_notice_due: false,
  };
}

export function notice(changes: Partial<Notice> = {}): Notice {
  return {
    id: '1', kind: 'meeting_convened', meeting_id: '17', resolution_id: null, created_at: '2026-12-01T00:00:00+00:00',
    read_at: null, params: {}, ...changes,
  };
}

export function resolution(changes: Partial<Resolution> = {}): Resolution {
  return {
    id: '31', organization_id: '12', organization_name: 'Chi bộ 4', symbol: '01-NQ/CB', title: 'Nghị quyết', body: '',
    state: 'issued', issued_on: '2026-11-04', meeting_id: null, tasks: [], etag: '"1"', ...changes,
  };
}

export function page(cursor: string, changes: SyncPage['changes'] = {}, more: Partial<SyncPage> = {}): SyncPage {
  return { cursor, full: false, changes, gone: [], ...more };
}
