import { defineMessages } from '$i18n';

export const vi = {
  'notices.title': 'Thông báo',
  'notices.unread': 'Chưa đọc',
  'notices.readAll': 'Đánh dấu đã đọc tất cả',
  'notices.empty': 'Chưa có thông báo',
  'notices.emptyText': 'Lịch họp mới, thay đổi, nhắc lịch và nghị quyết sẽ hiện ở đây.',
  'notice.meeting_convened': 'Triệu tập họp',
  'notice.meeting_changed': 'Lịch họp có thay đổi',
  'notice.meeting_cancelled': 'Cuộc họp đã hủy',
  'notice.reason': 'Lý do: {reason}',
  'notice.meeting_reminder': 'Nhắc lịch họp',
  'notice.absence_decided': 'Đơn xin vắng đã được trả lời',
  'notice.absence_approved': 'Đồng chí được vắng có phép',
  'notice.absence_refused': 'Đơn xin vắng chưa được đồng ý',
  'notice.resolution_issued': 'Nghị quyết mới',
  'notice.resolution_revoked': 'Nghị quyết bị thu hồi',
  'notice.task_due': 'Đồng chí có nhiệm vụ {step, select, d0 {đến hạn hôm nay} late {đã quá hạn} other {sắp đến hạn}}',
  'notice.meeting_due': 'Chi bộ chưa triệu tập cuộc họp tháng {month}',
  'notice.meeting_due_below': '{name} chưa có bí thư, phó bí thư và chưa triệu tập cuộc họp tháng {month}',
  'notice.minutes_due_below': '{name} chưa có bí thư, phó bí thư; cuộc họp đã qua {n} ngày mà chưa có biên bản',
  'notice.below_ask': 'Đồng chí đề nghị cán bộ giúp việc cấp ủy phân công người phụ trách nơi này.',
  'notice.absence_asked': '{what, select, withdrawn {Có đồng chí rút đơn xin vắng đã được đồng ý} other {Có đơn xin vắng chờ đồng chí trả lời}}',
  'notice.minutes_due': 'Cuộc họp đã qua {n} ngày mà chưa có biên bản',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
