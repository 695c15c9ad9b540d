import { defineMessages } from '$i18n';

export const vi = {
  'sheets.title': 'Phiếu kích hoạt',
  'sheets.for': 'Dành cho: {name}',
  'sheets.text': 'Mỗi đảng viên chưa kích hoạt có một phiếu: họ tên, số thẻ, mã QR và mã chữ. Quét mã là vào được Sổ tay, không cần thư điện tử hay tin nhắn.',
  'sheets.pages': 'Mỗi chi bộ in trên trang riêng để giao cho bí thư chi bộ.',
  'sheets.replace': 'Tạo phiếu mới thì các phiếu đã in trước đây của những người chưa kích hoạt không dùng được nữa.',
  'sheets.secret': 'Mã trên phiếu mở được hồ sơ của đảng viên: giao tận tay, không chụp gửi qua mạng.',
  'sheets.unreachable': 'Sổ tay đang chạy ở địa chỉ {host}, chỉ mở được trên chính máy này: điện thoại quét mã trên phiếu sẽ không vào được. Trước khi in để giao, đồng chí nhờ người quản trị đặt địa chỉ chung của Sổ tay, rồi mở Sổ tay ở địa chỉ ấy và tạo phiếu lại.',
  'sheets.make': 'Tạo phiếu (PDF)',
  'sheets.busy': 'Đang tạo phiếu…',
  'sheets.confirm': 'Tạo phiếu kích hoạt mới?',
  'sheets.keep': 'Giữ phiếu cũ',
  'sheets.done': 'Đã tạo phiếu và tải về máy, trong thư mục tải xuống của trình duyệt. Tệp có mã vào tài khoản nên Sổ tay không giữ lại: rời hoặc tải lại trang này thì chỉ còn tệp đã tải.',
  'sheets.again': 'Tải lại tệp',
  'sheets.nobody': 'Mọi đảng viên ở đây đã kích hoạt, không cần phiếu nữa.',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
