import type { vi } from './messages';

export const en: Record<keyof typeof vi, string> = {
  'meetings.title': 'Meetings',
  'meetings.coming': 'Coming',
  'meetings.empty': 'No meetings yet',
  'meetings.emptyText': 'Meetings of your cell will appear here when the secretary convenes them.',
  'meetings.noneComing': 'No meeting is coming up.',
  'meetings.cancelled': 'Cancelled',
  'meetings.saved': '{saved} of {total} papers on this device',
};
