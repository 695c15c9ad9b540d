import { defineMessages } from '$i18n';

export const vi = {
  'documents.title': 'Văn bản',
  'documents.search': 'Tìm theo số, tiêu đề, nội dung',
  'documents.placeholder': 'Không cần gõ dấu',
  'documents.clear': 'Xóa ô tìm',
  'documents.found': '{n, plural, =0 {Không tìm thấy văn bản nào} other {# văn bản}}',
  'documents.from': 'Nơi ban hành',
  'documents.all': 'Tất cả',
  'documents.cell': 'Chi bộ',
  'documents.above': 'Cấp trên',
  'documents.empty': 'Chưa có văn bản nào',
  'documents.emptyText': 'Nghị quyết của chi bộ và văn bản của cấp trên sẽ hiện ở đây khi được ban hành.',
  'documents.noneFound': 'Không tìm thấy',
  'documents.noneFoundText': 'Đồng chí thử từ khác, ít chữ hơn, hoặc bỏ bộ lọc.',
  'resolution.notFound': 'Không có văn bản này trên máy',
  'resolution.notFoundText': 'Văn bản có thể đã bị gỡ. Đồng chí bấm Làm mới khi có mạng.',
  'resolution.revoked': 'Văn bản này đã bị thu hồi.',
  'resolution.issued': 'Ban hành',
  'resolution.issuer': 'Nơi ban hành',
  'resolution.symbol': 'Số, ký hiệu',
  'resolution.tasks': 'Nhiệm vụ',
  'resolution.noTasks': 'Văn bản này không kèm nhiệm vụ.',
  'resolution.meeting': 'Cuộc họp ban hành',
  'resolution.mine': 'Của tôi',
  'task.open': 'Đang làm',
  'task.done': 'Đã xong',
  'task.not_done': 'Chưa đạt',
  'task.due': 'Hạn {date}',
  'task.nobody': 'Chưa phân công',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
