import { defineMessages } from '$i18n';

export const vi = {
  'login.title': 'Đăng nhập',
  'login.hello': 'Chào đồng chí. Đăng nhập một lần, máy này sẽ nhớ.',
  'login.name': 'Số điện thoại hoặc số thẻ đảng viên',
  'login.nameHint': 'Nhiều người dùng chung một số điện thoại thì đăng nhập bằng số thẻ đảng viên.',
  'login.password': 'Mật khẩu',
  'login.show': 'Hiện mật khẩu',
  'login.hide': 'Ẩn mật khẩu',
  'login.act': 'Đăng nhập',
  'login.busy': 'Đang đăng nhập…',
  'login.missing': 'Đồng chí điền cả hai ô rồi bấm Đăng nhập.',
  'login.first': 'Lần đầu dùng Sổ tay?',
  'login.firstText': 'Quét mã trên phiếu kích hoạt bằng máy ảnh của điện thoại, hoặc nhập mã bằng tay.',
  'login.activate': 'Nhập mã kích hoạt',
  'login.forgot': 'Quên mật khẩu? Đồng chí báo bí thư chi bộ để cán bộ đảng ủy in phiếu kích hoạt mới.',
  'login.waiting': 'Lượt điểm danh vừa quét đã được giữ lại, sẽ gửi đi ngay sau khi đăng nhập.',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
