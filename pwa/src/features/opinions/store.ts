import type { Opinion, Opinions } from '$api/prepare-shapes';
import type { Id } from '$api/shapes';
import type { OutboxItem } from '$db/schema';
import { readView } from '$db/views';
import { uuid } from '$lib/ids';
import { answeredBefore, enqueueInstead, itemsAbout } from '$sync/outbox';

export const OPINION_KIND = 'opinion';

export interface Written {
  key: string;
  agenda_item_id: Id | null;
  kind: 'opinion' | 'question';
  text: string;
}

/** An own opinion as this phone knows it: what the server has, and what is on its way. */
export interface Own extends Written {
  answered: boolean;
  answer: string | null;
  item: OutboxItem | null;
}

export function opinionsPath(meeting: Id): string {
  return `/api/meetings/${encodeURIComponent(meeting)}/opinions`;
}
function subject(meeting: Id): string {
  return `meeting:${meeting}:opinions`;
}

/** Sends an opinion, or changes the one of this key; kept on the phone and sent when there is a network. */
export async function sendOpinion(meeting: Id, opinion: Omit<Written, 'key'> & { key?: string }): Promise<void> {
  const { key = uuid(), ...body } = opinion;
  await send(meeting, key, { method: 'PUT', body });
}

export async function withdrawOpinion(meeting: Id, key: string): Promise<void> {
  await send(meeting, key, { method: 'DELETE', body: null });
}

async function send(meeting: Id, key: string, act: { method: 'PUT' | 'DELETE'; body: unknown }): Promise<void> {
  const path = `${opinionsPath(meeting)}/${key}`;
  await enqueueInstead(async () => ({
    before: await answeredBefore(subject(meeting), path),
    item: { ...act, kind: OPINION_KIND, subject: subject(meeting), path },
  }));
}

/** The own opinions on a meeting, the server's with what is on its way laid over them. */
export async function ownOpinions(meeting: Id): Promise<Own[]> {
  const view = await readView<Opinions>(opinionsPath(meeting));
  return layOver((view?.body.items ?? []).filter((one) => one.mine), await itemsAbout(subject(meeting)), view?.fetched_at ?? '');
}

/** `seen` is when the server was asked for its list: what it had answered before that is in it already. */
export function layOver(stored: readonly Opinion[], items: readonly OutboxItem[], seen: string): Own[] {
  const found = new Map<string, Own>(stored.map((one) => [one.key, { ...plain(one), item: null }]));
  for (const item of items) {
    const key = item.path.slice(item.path.lastIndexOf('/') + 1);
    if (item.state === 'done' && (item.sent_at ?? item.created_at) < seen) continue;
    if (item.method === 'DELETE') {
      if (item.state === 'refused') {
        const kept = found.get(key);
        if (kept) kept.item = item;
      } else found.delete(key);
    } else {
      const body = item.body as Omit<Written, 'key'>;
      found.set(key, { ...body, key, answered: false, answer: null, item: item.state === 'done' ? null : item });
    }
  }
  return [...found.values()];
}

function plain({ key, agenda_item_id, kind, text, answered, answer }: Opinion): Omit<Own, 'item'> {
  return { key, agenda_item_id, kind, text, answered, answer };
}
