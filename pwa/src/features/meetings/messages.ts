import { defineMessages } from '$i18n';

export const vi = {
  'meetings.title': 'Cuộc họp',
  'meetings.coming': 'Sắp tới',
  'meetings.empty': 'Chưa có cuộc họp nào',
  'meetings.emptyText': 'Lịch họp của chi bộ sẽ hiện ở đây khi bí thư triệu tập.',
  'meetings.noneComing': 'Chưa có cuộc họp nào sắp tới.',
  'meetings.cancelled': 'Đã hủy',
  'meetings.saved': '{saved}/{total} tài liệu trên máy',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
