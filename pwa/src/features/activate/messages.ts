import { defineMessages } from '$i18n';

export const vi = {
  'activate.title': 'Kích hoạt tài khoản',
  'activate.text': 'Đồng chí đặt mật khẩu cho tài khoản của mình. Mã kích hoạt chỉ dùng được một lần.',
  'activate.code': 'Mã kích hoạt',
  'activate.codeHint': 'In trên phiếu kích hoạt, ví dụ ABCD-EFGH-…; không phân biệt chữ hoa, chữ thường.',
  'activate.codeKnown': 'Đã đọc mã từ phiếu kích hoạt.',
  'activate.password': 'Mật khẩu mới',
  'activate.passwordHint': 'Ít nhất 8 ký tự. Một câu ngắn dễ nhớ là mật khẩu tốt.',
  'activate.again': 'Nhập lại mật khẩu',
  'activate.different': 'Hai lần nhập chưa giống nhau. Đồng chí nhập lại.',
  'activate.short': 'Mật khẩu cần ít nhất 8 ký tự.',
  'activate.codeMissing': 'Đồng chí nhập mã in trên phiếu kích hoạt.',
  'activate.show': 'Hiện mật khẩu',
  'activate.hide': 'Ẩn mật khẩu',
  'activate.act': 'Kích hoạt',
  'activate.busy': 'Đang kích hoạt…',
  'activate.have': 'Đã có mật khẩu? Đăng nhập',

  'purpose.title': 'Sổ tay dùng dữ liệu nào',
  'purpose.lead': 'Thông tin đảng viên là dữ liệu cá nhân nhạy cảm. Đồng chí đọc trước khi bắt đầu dùng.',
  'purpose.what': 'Dữ liệu gì',
  'purpose.whatText': 'Họ tên, ngày sinh, giới tính, ngày vào Đảng, ngày chính thức, số thẻ, chi bộ, chức vụ, số điện thoại, số định danh (được mã hóa); việc dự họp, đơn xin vắng, nhiệm vụ được giao.',
  'purpose.why': 'Để làm gì',
  'purpose.whyText': 'Để triệu tập và điểm danh sinh hoạt, gửi tài liệu, theo dõi nghị quyết và nhiệm vụ của chi bộ. Không dùng cho việc khác, không bán, không quảng cáo.',
  'purpose.who': 'Ai xem được',
  'purpose.whoText': 'Đồng chí; bí thư, phó bí thư chi bộ của đồng chí; cán bộ được giao việc ở cấp ủy cấp trên. Mỗi lần cán bộ xem hồ sơ đều được ghi lại, đồng chí xem được ở mục “Ai đã xem hồ sơ của tôi”.',
  'purpose.rights': 'Quyền của đồng chí',
  'purpose.rightsText': 'Xem dữ liệu của mình bất cứ lúc nào; yêu cầu sửa chỗ sai qua bí thư chi bộ; đăng xuất để xóa dữ liệu khỏi máy.',
  'purpose.check': 'Tôi đã đọc và đồng ý để Sổ tay dùng dữ liệu như trên',
  'purpose.must': 'Đồng chí đánh dấu vào ô trên để tiếp tục.',
  'purpose.act': 'Tiếp tục',
  'purpose.busy': 'Đang ghi nhận…',
  'purpose.no': 'Tôi chưa đồng ý, đăng xuất',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
