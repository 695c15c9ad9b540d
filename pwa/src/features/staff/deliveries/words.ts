import { t } from './messages';

type Why = 'mail' | 'busy' | 'refused' | 'server' | 'network' | 'gone' | 'late' | 'address' | 'other';
const NETWORK = ['timeout', 'name_not_resolved', 'not_connected', 'certificate_refused', 'tls', 'network'];
const ADDRESS = /^(endpoint_|address_not_allowed|invalid_keys)/;

function kindOf(reason: string): Why {
  if (reason === 'http_429') return 'busy';
  if (reason === 'http_404' || reason === 'http_410' || reason === 'no_subscription' || reason === 'key_ended') return 'gone';
  if (/^(mail_|no_address|no_channel)/.test(reason)) return 'mail';
  if (/^http_4/.test(reason)) return 'refused';
  if (/^http_5/.test(reason)) return 'server';
  if (NETWORK.includes(reason)) return 'network';
  if (reason === 'expired') return 'late';
  return ADDRESS.test(reason) ? 'address' : 'other';
}

/** Why a message was given up, in words that say what stood in its way. */
export const whyOf = (reason: string): string => t(`why.${kindOf(reason)}`);

export interface Reasons {
  why: Why;
  codes: string[];
  count: number;
}
/** The reasons that are told in the same words, together; in the order of the first of each. */
export function together(reasons: readonly { reason: string; count: number }[]): Reasons[] {
  const found = new Map<Why, Reasons>();
  for (const { reason, count } of reasons) {
    const why = kindOf(reason);
    const one = found.get(why) ?? { why, codes: [], count: 0 };
    found.set(why, { why, codes: [...one.codes, reason], count: one.count + count });
  }
  return [...found.values()];
}

const WORK = ['deliver', 'plan_again', 'nudge', 'mail_code', 'import_roster', 'sweep_blobs'] as const;

/** What a job of the server does, by its technical name such as `notifications.deliver`. */
export function workOf(name: string): string {
  const last = name.slice(name.indexOf('.') + 1);
  return t(`work.${WORK.find((one) => one === last) ?? 'other'}`);
}
