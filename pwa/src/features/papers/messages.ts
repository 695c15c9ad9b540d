import { defineMessages } from '$i18n';

export const vi = {
  'paper.title': 'Tài liệu',
  'paper.notFound': 'Không có tài liệu này trên máy',
  'paper.notFoundText': 'Tài liệu có thể đã bị gỡ. Đồng chí quay lại cuộc họp và bấm Làm mới khi có mạng.',
  'paper.first': 'Máy này đang tải dữ liệu lần đầu. Tài liệu hiện ra khi tải xong.',
  'paper.never': 'Máy này chưa tải được dữ liệu lần đầu',
  'paper.loading': 'Đang tải tài liệu…',
  'paper.share': '{arrived} trong {size}',
  'paper.failed': 'Chưa tải được tài liệu',
  'paper.goesOn': 'Máy đã có {share}; lần sau tải tiếp từ đó.',
  'paper.open': 'Mở tài liệu',
  'paper.openText': 'Tài liệu mở bằng ứng dụng đọc của máy. Bấm nút quay lại của máy để về Sổ tay.',
  'paper.download': 'Tải tệp về',
  'paper.word': 'Đây là tệp văn bản Word. Đồng chí tải tệp về rồi mở bằng ứng dụng trên máy.',
  'paper.of': 'Tài liệu của cuộc họp',
  'paper.saved': 'Đã lưu trên máy lúc {time}, đọc được khi không có mạng',
} as const;

export const t = defineMessages(vi, () => import('./messages.en').then((module) => module.en));
