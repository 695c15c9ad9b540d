import type { vi } from './messages';

export const en: Record<keyof typeof vi, string> = {
  'notices.title': 'Notices',
  'notices.unread': 'Unread',
  'notices.readAll': 'Mark all as read',
  'notices.empty': 'No notices yet',
  'notices.emptyText': 'New meetings, changes, reminders and resolutions will appear here.',
  'notice.meeting_convened': 'Meeting convened',
  'notice.meeting_changed': 'A meeting has changed',
  'notice.meeting_cancelled': 'A meeting was cancelled',
  'notice.reason': 'Reason: {reason}',
  'notice.meeting_reminder': 'Meeting reminder',
  'notice.absence_decided': 'Your absence request was answered',
  'notice.absence_approved': 'You are excused',
  'notice.absence_refused': 'Your absence request was not agreed',
  'notice.resolution_issued': 'New resolution',
  'notice.resolution_revoked': 'A resolution was revoked',
  'notice.task_due': 'Your task is {step, select, d0 {due today} late {overdue} other {due soon}}',
  'notice.meeting_due': 'The meeting of month {month} has not been convened',
  'notice.meeting_due_below': '{name} has neither secretary nor deputy, and the meeting of month {month} has not been convened',
  'notice.minutes_due_below': '{name} has neither secretary nor deputy; {n, plural, one {# day} other {# days}} after the meeting there are no minutes',
  'notice.minutes_due': '{n, plural, one {# day} other {# days}} after the meeting there are no minutes',
};
