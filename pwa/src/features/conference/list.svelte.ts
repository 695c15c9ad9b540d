import { codeOf, request } from '$api/client';
import type { Sites } from '$api/conference-shapes';
import type { Id } from '$api/shapes';
import { keepView, readView } from '$db/views';
import { pollWhileSeen } from '$lib/poll';
import { sitesPath } from './paths';

/** The board of the sites moves while people watch it; a single site or a roll may lag a little. */
const LIVE = { every: 3_000, retry: 8_000 };
/** How often what did not change is kept anew, for who opens it later without a network. */
const RENEW = 60_000;

export interface LiveSites {
  readonly value: Sites | undefined;
  /** The device's own storage has been asked. */
  readonly ready: boolean;
  /** When the server last said so. */
  readonly fetchedAt: string | null;
  /** Whether the server answered the last question. */
  readonly listening: boolean;
  readonly code: string | null;
  refresh(): Promise<void>;
}

/** The sites of a conference with their counters, live while the screen is seen. To be called while a component is being set up. */
export function liveSites(meetingId: Id): LiveSites {
  const path = sitesPath(meetingId);
  let value = $state.raw<Sites | undefined>();
  let ready = $state(false);
  let fetchedAt = $state<string | null>(null);
  let code = $state<string | null>(null);
  let heard = $state(false);
  let etag: string | null = null;
  let keptAt = 0;

  async function ask(signal?: AbortSignal): Promise<string | null> {
    const answer = await request<Sites>('GET', path, { ifNoneMatch: etag ?? undefined, signal, timeout: 10_000 });
    if (!answer.ok) {
      if (answer.kind !== 'aborted') code = codeOf(answer);
      return codeOf(answer);
    }
    code = null;
    heard = true;
    ready = true;
    fetchedAt = new Date().toISOString();
    const changed = answer.status !== 304;
    if (changed) {
      value = answer.data;
      etag = answer.etag;
    }
    if (changed || Date.now() - keptAt > RENEW) await keep();
    return null;
  }

  async function keep(): Promise<void> {
    keptAt = Date.now();
    await keepView(path, value, etag);
  }

  $effect(() => {
    let stopped = false;
    let stop = (): void => undefined;
    void readView<Sites>(path).then((seen) => {
      if (stopped) return;
      if (seen && value === undefined) {
        value = seen.body;
        fetchedAt = seen.fetched_at;
        etag = seen.etag;
      }
      ready = true;
      stop = pollWhileSeen(ask, LIVE, (failed) => (heard = failed === null));
    });
    return () => {
      stopped = true;
      stop();
    };
  });

  return {
    get value() {
      return value;
    },
    get ready() {
      return ready;
    },
    get fetchedAt() {
      return fetchedAt;
    },
    get listening() {
      return heard && code === null;
    },
    get code() {
      return code;
    },
    async refresh() {
      await ask();
    },
  };
}
