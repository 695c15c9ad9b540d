import type { Id, NoticeKind } from '$api/shapes';
import { stamp } from '$i18n';
import { whyOf } from '$features/staff/deliveries/words';
import { duration } from '$features/staff/rules/values';
import { t } from './messages';

/** How far a message came, the farthest first. */
export const WAYS = ['opened', 'shown', 'accepted', 'queued', 'failed', 'no_device'] as const;
export type Way = (typeof WAYS)[number];

export interface Told {
  kind: NoticeKind;
  step: string;
  due_at: string;
  state: 'planned' | 'sending' | 'done' | 'cancelled';
  members: Record<Way, number>;
}
export interface Message {
  kind: NoticeKind;
  step: string;
  state: Way;
  reason: string | null;
  channel: 'push' | 'email';
  device_name: string | null;
  accepted_at: string | null;
  shown_at: string | null;
  opened_at: string | null;
}
export interface MemberLine {
  member_id: Id;
  full_name: string;
  read_at: string | null;
  deliveries: Message[];
}
export interface Ledger {
  items: MemberLine[];
  next: string | null;
  reminders: Told[];
}
/** Both what became of each message and whom to telephone: the one answer that a phone keeps of it. */
export const ledgerPath = (meeting: Id): string => `/api/meetings/${encodeURIComponent(meeting)}/deliveries?limit=200`;

const MINUTES = { d: 24 * 60, h: 60, m: 1 };

/** What was told: "Triệu tập họp", "Nhắc trước 2 giờ". */
export function nameOfTold({ kind, step }: Pick<Told, 'kind' | 'step'>): string {
  switch (kind) {
    case 'meeting_convened':
    case 'meeting_changed':
    case 'meeting_cancelled':
      return t(`ledger.${kind}`);
    default: {
      const unit = MINUTES[step.slice(-1) as keyof typeof MINUTES];
      return t('ledger.reminder', { span: duration(Number(step.slice(0, -1)) * unit) });
    }
  }
}

/** What has begun to go out, the newest first: a reminder that was moved or given up before is nobody's news. */
export function begun(told: readonly Told[]): Told[] {
  return told.filter((one) => WAYS.some((way) => one.members[way] > 0)).reverse();
}

/** "đã mở 3, máy đã hiện 20, chưa bật thông báo 4" */
export function spread({ members }: Pick<Told, 'members'>): string {
  return WAYS.filter((way) => members[way] > 0).map((way) => t('ledger.count', { way: t(`ledger.way.${way}`), n: members[way] })).join(' · ');
}

/** What became of one message, with the time or the reason where there is one. */
export function fate({ state, reason, channel, accepted_at, shown_at, opened_at }: Message, zone: string | undefined): string {
  if (state === 'failed' && reason === 'superseded') return t('ledger.superseded');
  if (state === 'no_device' && reason === 'muted') return t('ledger.muted');
  if (reason && (state === 'failed' || state === 'queued')) return t('ledger.why', { what: t(`ledger.way.${state}`), why: whyOf(reason) });
  const at = opened_at ?? shown_at ?? accepted_at;
  const what = channel === 'email' && state === 'accepted' ? t('ledger.mailed') : t(`ledger.way.${state}`);
  return at ? t('ledger.at', { what, time: stamp(at, zone) }) : what;
}
