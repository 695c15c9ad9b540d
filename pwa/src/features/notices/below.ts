import type { Notice } from '$api/shapes';

/**
 * Where a duty of an organisation below leads that has nobody to be called upon: its screens are for staff, so who is
 * not staff is told whom to ask. Null for a duty of one's own, and for all other news.
 */
export function dutyBelow(notice: Notice, isStaff: boolean): { href: string } | 'ask' | null {
  if (notice.params['organization_name'] === undefined) return null;
  if (!isStaff) return 'ask';
  const id = String(notice.params['organization_id']);
  return { href: notice.meeting_id ? `/staff/meetings/${notice.meeting_id}` : `/staff/organizations/${id}` };
}
