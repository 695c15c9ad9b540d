import { defineMessages } from '$i18n';

export const vi = {
  'reverse.title': 'Quét mã đảng viên',
  'reverse.hint': 'Đảng viên mở cuộc họp trên máy mình, bấm “Mã của tôi” rồi đưa trước máy ảnh.',
  'reverse.of': 'có mặt trên {n} đảng viên',
  'reverse.taken': 'Vừa quét {n} đồng chí',
  'reverse.other': 'Ai không có điện thoại: đồng chí ghi ở danh sách điểm danh.',
  'reverse.noCamera': 'Đồng chí cho phép dùng máy ảnh trong cài đặt của trình duyệt rồi bấm Thử lại, hoặc ghi tên ở danh sách điểm danh.',
  'reverse.notOpen': 'Cuộc họp chưa mở',
  'reverse.notOpenText': 'Quét được khi cuộc họp đang mở và đồng chí điều hành cuộc họp.',
  'reverse.toRoom': 'Về phòng họp',
  'said.recorded': '{name}: {state}',
  'said.already': '{name} đã được ghi: {state}',
  'said.not_a_code': 'Đây không phải mã của đảng viên.',
  'said.other_meeting': 'Mã này của một cuộc họp khác.',
  'said.not_summoned': 'Người này không có trong danh sách triệu tập.',
  'said.wrong_code': 'Mã không đúng. Đồng chí ghi bằng tay nếu nhận ra người này.',
  'said.no_key': 'Máy này chưa có khóa mã của cuộc họp. Đồng chí nối mạng một lần, hoặc ghi bằng tay.',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
