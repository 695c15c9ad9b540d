import { onSignedOut, request } from '$api/client';
import type { Id, OfficeTitle, Session } from '$api/shapes';
import { onChange, readMeta } from '$db/database';
import { acceptSession, finishLogOut, owesLogOut, sessionEnded } from '$sync/account';
import { t } from '$i18n';
import { today } from '$lib/today';

// Raw: a session is replaced as a whole, and goes into the database as it is.
let current = $state.raw<Session | null | undefined>(undefined);
let message = $state<string | null>(null);

export const sessionState = {
  /** undefined until the phone has been asked. */
  get current(): Session | null | undefined {
    return current;
  },
  /** Why the login screen is shown, when it was not the member's own wish. */
  get message(): string | null {
    return message;
  },
};

let shown = '';

async function reload(): Promise<void> {
  const session = (await readMeta('session')) ?? null;
  const text = JSON.stringify(session);
  if (text === shown && current !== undefined) return;
  shown = text;
  current = session;
}

/** Finds out who is logged in: from the phone at once, else from the server. */
export async function startSession(): Promise<void> {
  onChange((stores) => {
    if (stores.includes('meta')) void reload();
  });
  onSignedOut(() => void end());
  if (owesLogOut() && (await finishLogOut())) {
    // The server's answer clears everything of this site, open connections to the database included: begin anew.
    location.reload();
    return;
  }
  if (!owesLogOut() && !(await readMeta('session'))) {
    const answer = await request<Session>('GET', '/api/session', { timeout: 8_000 });
    if (answer.ok && answer.data) await acceptSession(answer.data);
  }
  await reload();
}

let ending = false;

async function end(): Promise<void> {
  if (ending || !(await readMeta('session'))) return;
  ending = true;
  try {
    const unsent = await sessionEnded();
    message = unsent > 0 ? t('app.endedUnsent', { n: unsent }) : t('app.ended');
  } finally {
    ending = false;
  }
}

/** Takes in the session of a login or an activation. */
export async function signIn(session: Session): Promise<void> {
  message = null;
  await acceptSession(session);
  await reload();
}

function inForce(from: string, to: string | null): boolean {
  const day = today();
  return from.slice(0, 10) <= day && (to === null || to.slice(0, 10) >= day);
}

/** Organisations in which the account holds one of these offices today. */
export function organizationsAs(...titles: OfficeTitle[]): Id[] {
  const offices = current?.offices ?? [];
  const ids = offices
    .filter((office) => titles.includes(office.title) && inForce(office.from, office.to))
    .map((office) => office.organization_id);
  // Somebody may hold two of them in one place.
  return [...new Set(ids)];
}

/** The cells that this member runs: secretary or deputy secretary. */
export function ownCells(): Id[] {
  return organizationsAs('secretary', 'deputy_secretary');
}

/** Where this account watches over a tree: staff or administrator. */
export function staffOrganizations(): Id[] {
  return organizationsAs('staff', 'administrator');
}
