import { defineMessages } from '$i18n';

export const vi = {
  'scan.title': 'Quét mã điểm danh',
  'scan.hint': 'Hướng máy ảnh vào mã QR trên màn hình của bí thư. Không có mạng vẫn quét được.',
  'scan.view': 'Hình từ máy ảnh',
  'scan.starting': 'Đang mở máy ảnh…',
  'scan.notACode': 'Mã này không phải mã điểm danh. Đồng chí hướng máy vào mã QR của cuộc họp.',
  'scan.refused': 'Sổ tay chưa được dùng máy ảnh',
  'scan.refusedText': 'Đồng chí cho phép dùng máy ảnh trong cài đặt của trình duyệt rồi bấm Thử lại. Hoặc mở ứng dụng Máy ảnh của điện thoại và quét mã. Hoặc nhờ bí thư điểm danh giúp, không cần điện thoại.',
  'scan.none': 'Máy này không có máy ảnh dùng được',
  'scan.noneText': 'Đồng chí nhờ bí thư điểm danh giúp, không cần điện thoại.',
  'scan.busy': 'Máy ảnh đang được ứng dụng khác dùng',
  'scan.busyText': 'Đồng chí đóng ứng dụng đang dùng máy ảnh rồi bấm Thử lại, hoặc nhờ bí thư điểm danh giúp.',
  'scan.insecure': 'Địa chỉ này không cho dùng máy ảnh. Đồng chí dùng ứng dụng Máy ảnh của điện thoại để quét, hoặc nhờ bí thư điểm danh giúp.',
  'scan.otherWay': 'Không quét được? Đồng chí nhờ bí thư điểm danh giúp, không cần nhập gì.',
  'scan.again': 'Quét lại',

  'done.title': 'Điểm danh',
  'done.sent': 'Đã điểm danh',
  'done.sentText': 'Lúc {time}.',
  'done.queued': 'Đã ghi điểm danh',
  'done.queuedText': 'Quét lúc {time}. Máy sẽ tự gửi khi có mạng; đồng chí không phải làm gì thêm.',
  'done.early': 'Quét lúc {time}. Cuộc họp chưa mở trên máy chủ; máy sẽ tự gửi lại mỗi phút, đồng chí không phải làm gì thêm.',
  'done.otherSite': 'Đây là mã của một điểm cầu khác. Đồng chí được ghi có mặt tại nơi vừa quét; điểm cầu của đồng chí là {name}, ban tổ chức sẽ thấy, đồng chí không phải quét lại.',
  'done.refused': 'Chưa điểm danh được',
  'done.notYours': 'Mã này là của một cuộc họp mà đồng chí không được triệu tập. Đồng chí quét mã của cuộc họp mình dự; nếu đúng là cuộc họp này, đồng chí báo bí thư.',
  'done.waiting': 'Đã giữ lượt điểm danh',
  'done.waitingText': 'Đồng chí đăng nhập để gửi đi. Giờ quét đã được ghi lại.',
  'done.login': 'Đăng nhập',
  'done.meeting': 'Xem cuộc họp',
  'done.none': 'Máy này chưa ghi lượt điểm danh nào',
  'done.noneText': 'Đồng chí quét mã đang hiện trên màn hình của bí thư, hoặc nhờ bí thư điểm danh giúp.',
  'done.bad': 'Đường dẫn điểm danh không đúng',
  'done.badText': 'Đồng chí quét lại mã đang hiện trên màn hình của bí thư, hoặc nhờ bí thư điểm danh giúp.',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
