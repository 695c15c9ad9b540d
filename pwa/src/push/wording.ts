import type { Meeting, NoticeKind, Resolution } from '$api/shapes';

/** What travels in a push: a type and opaque ids, nothing else. */
export interface PushPayload {
  t?: NoticeKind;
  m?: string;
  r?: string;
  k?: string;
  d?: string;
}

export interface Wording {
  title: string;
  body: string;
  url: string;
  /** Notifications about the same thing replace each other. */
  tag: string;
}

interface Words {
  neutral: string;
  /** Of the kinds that everybody may get; the others are told in neutral words, and the app has theirs. */
  titles: Partial<Record<NoticeKind, string>>;
  tap: string;
}

const words: Record<'vi' | 'en', Words> = {
  vi: {
    neutral: 'Sổ tay có nội dung mới',
    titles: {
      meeting_convened: 'Lịch họp mới',
      meeting_changed: 'Lịch họp có thay đổi',
      meeting_cancelled: 'Cuộc họp đã hủy',
      meeting_reminder: 'Nhắc lịch họp',
      absence_decided: 'Đơn xin vắng đã được trả lời',
      resolution_issued: 'Nghị quyết mới',
      resolution_revoked: 'Thu hồi nghị quyết',
      task_due: 'Nhắc việc',
    },
    tap: 'Chạm để xem.',
  },
  en: {
    neutral: 'New in the handbook',
    titles: {
      meeting_convened: 'New meeting',
      meeting_changed: 'Meeting changed',
      meeting_cancelled: 'Meeting cancelled',
      meeting_reminder: 'Meeting reminder',
      absence_decided: 'Absence request answered',
      resolution_issued: 'New resolution',
      resolution_revoked: 'Resolution revoked',
      task_due: 'Task reminder',
    },
    tap: 'Tap to see it.',
  },
};

function when(meeting: Meeting, language: 'vi' | 'en'): string {
  const tag = language === 'vi' ? 'vi' : 'en-GB';
  const moment = new Date(meeting.starts_at);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(tag, { timeZone: meeting.timezone, ...options }).format(moment);
  const weekday = part({ weekday: 'long' });
  const day = `${part({ day: 'numeric' })}/${part({ month: 'numeric' })}`;
  const named = language === 'vi' ? weekday.replace('Th', 'th').replace('Chủ N', 'chủ n') : weekday;
  return `${part({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}, ${named} ${day}`;
}

/**
 * The words of one notification, from what the phone holds. Title and place of the meeting stand on the lock screen
 * only with `details`. Without a known type, or what it is about, the words are neutral.
 */
export function wordingOf(
  payload: PushPayload, meeting: Meeting | undefined, resolution: Resolution | undefined,
  options: { language: 'vi' | 'en'; details?: boolean | undefined },
): Wording {
  const { language, details } = options;
  const text = words[language];
  const title = payload.t ? text.titles[payload.t] : undefined;
  // Several tasks of one resolution may be due on one day: each is a notification of its own.
  const id = payload.k ?? payload.r ?? payload.m;
  let body = text.tap;
  if (!title || !id) return { title: text.neutral, body, url: '/notices', tag: 'handbook' };
  const about = payload.k ? 'task' : payload.r ? 'resolution' : 'meeting';
  if (meeting) {
    body = when(meeting, language);
    if (details) body += `\n${meeting.title} · ${meeting.place}`;
  } else if (details && resolution) body = `${resolution.symbol} · ${resolution.title}`;
  return { title, body, url: `/${about}s/${encodeURIComponent(id)}`, tag: `${about}:${id}` };
}
