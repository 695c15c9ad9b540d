import type { NoticeKind } from '$api/shapes';

/** Where the account is written to when no push reaches it. */
export interface Mail {
  address: string | null;
  confirmed: boolean;
}

export interface Preferences {
  kinds: NoticeKind[];
  muted: NoticeKind[];
  /** null where the installation writes no mail. */
  mail: Mail | null;
  /** Whether the server has a subscription of this device; missing in what an older version has kept. */
  this_device?: boolean;
}

export const PREFERENCES = '/api/push/preferences';
