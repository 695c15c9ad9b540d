import { codeOf, download, request } from '$api/client';
import type { Counts, Id, Roll, RollItem } from '$api/shapes';
import { keepView, readView } from '$db/views';
import { pollWhileSeen } from '$lib/poll';
import { rollPath } from './paths';

/** The combined roll is read, not watched like the board of the sites. */
const PACE = { every: 6_000, retry: 12_000 };

interface State {
  items: RollItem[];
  counts: Counts | null;
  next: string | null;
  ready: boolean;
  busy: boolean;
  more: boolean;
  code: string | null;
  fetchedAt: string | null;
}

/**
 * The combined roll over all sites: a page at a time, by name and by site. The first page without a search is kept on the
 * device; what was searched for is not.
 */
export class CombinedRoll {
  #state = $state<State>({
    items: [], counts: null, next: null, ready: false, busy: false, more: false, code: null, fetchedAt: null,
  });
  #turn = 0;
  #q = '';
  #site: Id | '' = '';
  #etag: string | null = null;
  #begun: Promise<void> = Promise.resolve();
  /** One question at a time: who loads and who watches share its answer. */
  #asking: { turn: number; answer: Promise<string | null> } | null = null;

  constructor(private readonly meetingId: Id) {}

  get state(): Readonly<State> {
    return this.#state;
  }

  /** Asks anew for other words or another site. */
  async load(q: string, site: Id | ''): Promise<void> {
    this.#q = q.trim();
    this.#site = site;
    this.#etag = null;
    const turn = ++this.#turn;
    this.#state.busy = true;
    this.#begun = this.#show(turn);
    await this.refresh();
  }

  /** What this device has seen of it, until the server answers. */
  async #show(turn: number): Promise<void> {
    const seen = this.#q === '' ? await readView<Roll>(this.#path) : undefined;
    if (turn !== this.#turn || !seen) return;
    this.#take(seen.body, seen.etag);
    this.#state.fetchedAt = seen.fetched_at;
  }

  get #path(): string {
    return rollPath(this.meetingId, { q: this.#q, site: this.#site });
  }

  /** Brings what is shown up to date. Answers null, or the code of what went wrong. */
  async refresh(signal?: AbortSignal): Promise<string | null> {
    const turn = this.#turn;
    if (this.#asking?.turn !== turn) this.#asking = { turn, answer: this.#ask(turn, signal) };
    const { answer } = this.#asking;
    return answer.finally(() => {
      if (this.#asking?.answer === answer) this.#asking = null;
    });
  }

  async #ask(turn: number, signal?: AbortSignal): Promise<string | null> {
    await this.#begun;
    const path = this.#path;
    const answer = await request<Roll>('GET', path, { ifNoneMatch: this.#etag ?? undefined, signal, timeout: 15_000 });
    if (turn !== this.#turn) return null;
    this.#state.busy = false;
    if (!answer.ok) {
      if (answer.kind !== 'aborted') this.#state.code = codeOf(answer);
      return codeOf(answer);
    }
    this.#state.code = null;
    this.#state.fetchedAt = new Date().toISOString();
    if (answer.status === 304) return null;
    this.#take(answer.data, answer.etag);
    if (this.#q === '') await keepView(path, answer.data, answer.etag);
    return null;
  }

  #take({ items, counts, next = null }: Roll, etag: string | null): void {
    const first = !this.#state.ready || this.#etag === null;
    this.#etag = etag;
    this.#state.counts = counts;
    this.#state.ready = true;
    if (first) {
      this.#state.items = items;
      this.#state.next = next;
      return;
    }
    // Further pages that were asked for stay; what the first one says is new.
    const fresh = new Set(items.map((row) => row.member_id));
    this.#state.items = [...items, ...this.#state.items.slice(items.length).filter((row) => !fresh.has(row.member_id))];
    if (this.#state.items.length <= items.length) this.#state.next = next;
  }

  async loadMore(): Promise<void> {
    const { next } = this.#state;
    if (next === null || this.#state.more) return;
    const turn = this.#turn;
    this.#state.more = true;
    const answer = await request<Roll>('GET', rollPath(this.meetingId, { q: this.#q, site: this.#site, cursor: next }));
    this.#state.more = false;
    if (turn !== this.#turn) return;
    this.#state.code = answer.ok ? null : codeOf(answer);
    if (!answer.ok) return;
    const known = new Set(this.#state.items.map((row) => row.member_id));
    this.#state.items.push(...answer.data.items.filter((row) => !known.has(row.member_id)));
    this.#state.next = answer.data.next ?? null;
  }

  /** Keeps it fresh while the window is seen; to be ended by what is returned. */
  watch(): () => void {
    return pollWhileSeen((signal) => this.refresh(signal), PACE, () => undefined);
  }

  /** The whole roll as Excel, or the code of what went wrong. */
  async excel(): Promise<Blob | string> {
    const accept = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    const answer = await download(rollPath(this.meetingId, { site: this.#site }), { accept });
    return answer.ok ? answer.data : codeOf(answer);
  }
}
