import { defineMessages } from '$i18n';

export const vi = {
  'cal.title': 'Lịch họp trên máy',
  'cal.intro': 'Đưa các cuộc họp của đồng chí vào ứng dụng Lịch của điện thoại hoặc máy tính; lịch tự cập nhật khi đổi giờ hoặc hủy họp. Ai có địa chỉ thì xem được lịch, nên đồng chí đừng gửi cho người khác.',
  'cal.titles': 'Lịch hiện gì?',
  'cal.titlesHint': 'Lịch có thể hiện trên màn hình khóa và nằm ở dịch vụ của hãng lịch.',
  'cal.neutral': 'Chỉ “Cuộc họp”, giờ và địa điểm',
  'cal.full': 'Cả tên cuộc họp và chi bộ',
  'cal.name': 'Tên để nhớ',
  'cal.nameHint': 'Ví dụ: Điện thoại',
  'cal.optional': 'không bắt buộc',
  'cal.make': 'Tạo địa chỉ lịch',
  'cal.busy': 'Đang tạo…',
  'cal.once': 'Địa chỉ này chỉ hiện một lần. Đồng chí chép vào ứng dụng Lịch ngay.',
  'cal.copy': 'Chép địa chỉ',
  'cal.open': 'Mở bằng ứng dụng Lịch',
  'cal.copied': 'Đã chép địa chỉ',
  'cal.notCopied': 'Chưa chép được. Đồng chí chọn địa chỉ rồi chép tay.',
  'cal.list': 'Địa chỉ đang dùng',
  'cal.none': 'Chưa có địa chỉ nào.',
  'cal.unnamed': 'Lịch chưa đặt tên',
  'cal.read': 'Dùng lần cuối {date}',
  'cal.since': 'Tạo lúc {time}, chưa dùng',
  'cal.revoke': 'Thu hồi',
  'cal.revokeTitle': 'Thu hồi địa chỉ này?',
  'cal.revokeText': 'Lịch dùng địa chỉ này sẽ không cập nhật nữa.',
  'cal.revoked': 'Đã thu hồi địa chỉ lịch',
};

export const t = defineMessages(vi, () => import('./calendar-messages.en').then((module) => module.en));
