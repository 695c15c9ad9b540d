/**
 * The agenda with which a cell's first regular meeting in the app begins (2-domain, Cells and meetings). Content that the
 * secretary edits, not words of the screen: it is Vietnamese in every language.
 */
type Entry = [title: string, presenter: string, minutes: number];

const CHAIR = 'Chủ trì';
const CLERK = 'Thư ký';
const REGULAR: readonly Entry[] = [
  ['Tuyên bố lý do, giới thiệu đại biểu và khách mời', CHAIR, 3],
  ['Cử thư ký ghi biên bản', CHAIR, 1],
  ['Điểm danh đảng viên', CLERK, 3],
  ['Thông qua chương trình sinh hoạt', CHAIR, 2],
  ['Kiểm điểm việc thực hiện nghị quyết tháng trước', CHAIR, 15],
  ['Báo cáo công tác tháng và phương hướng tháng tới', CHAIR, 12],
  ['Phổ biến, quán triệt văn bản của cấp trên', CHAIR, 10],
  ['Thông tin thời sự, định hướng tư tưởng', CHAIR, 5],
  ['Thảo luận', 'Đảng viên', 15],
  ['Phân công nhiệm vụ cho đảng viên', CHAIR, 5],
  ['Biểu quyết thông qua nghị quyết', CHAIR, 5],
  ['Xét kết nạp đảng viên, công nhận đảng viên chính thức (nếu có)', CHAIR, 5],
  ['Đánh giá, chấm điểm chất lượng buổi sinh hoạt', CHAIR, 4],
  ['Thông qua biên bản', CLERK, 4],
  ['Kết luận và bế mạc', CHAIR, 1],
];

export function templateAgenda(kind: string): { title: string; presenter: string; minutes: number; body: null }[] {
  const entries = kind === 'regular' ? REGULAR : [];
  return entries.map(([title, presenter, minutes]) => ({ title, presenter, minutes, body: null }));
}

const TITLES: Record<string, string> = {
  regular: 'Sinh hoạt chi bộ thường kỳ', thematic: 'Sinh hoạt chuyên đề', committee: 'Họp cấp ủy',
  extraordinary: 'Họp bất thường', congress: 'Đại hội chi bộ', conference: 'Hội nghị',
};

/** "Sinh hoạt chi bộ thường kỳ tháng 12/2026" */
export function templateTitle(kind: string, date: string): string {
  const [year, month] = date.split('-');
  return `${TITLES[kind] ?? TITLES['regular']} tháng ${Number(month)}/${year}`;
}
