import { codeOf, request } from '$api/client';
import type { Id, Member, Page } from '$api/shapes';
import { readView, refreshView } from '$db/views';
import { matches } from '$lib/fold';
import { membersPath } from '../paths';

interface State {
  items: Member[];
  next: string | null;
  /** When the list was asked of the server, null while only this device has been asked. */
  fetchedAt: string | null;
  busy: boolean;
  more: boolean;
  code: string | null;
  ready: boolean;
  /** Without a network, searched among what was seen last. */
  local: boolean;
}

/**
 * Members of an organisation and everything below it. The first page without a search is kept on the device; what was
 * searched for is not.
 */
export class MemberList {
  #state = $state<State>({
    items: [], next: null, fetchedAt: null, busy: false, more: false, code: null, ready: false, local: false,
  });
  #turn = 0;
  #q = '';
  #status = '';

  constructor(private readonly organizationId: Id) {}

  get state(): Readonly<State> {
    return this.#state;
  }

  async load(q: string, status: string): Promise<void> {
    const turn = ++this.#turn;
    this.#q = q.trim();
    this.#status = status;
    this.#state.busy = true;
    const path = membersPath(this.organizationId, { q: this.#q, status, below: true });
    const plain = this.#q === '' && status === '';
    if (plain) {
      const seen = await readView<Page<Member>>(path);
      if (turn === this.#turn && seen) this.#show(seen.body, seen.fetched_at);
    }
    const code = plain ? await refreshView(path) : await this.#search(path, turn);
    if (turn !== this.#turn) return;
    this.#state.code = code;
    if (plain) {
      const seen = await readView<Page<Member>>(path);
      if (turn === this.#turn && seen) this.#show(seen.body, seen.fetched_at);
    } else if (code !== null) {
      await this.#searchHere(turn);
    }
    if (turn !== this.#turn) return;
    this.#state.busy = false;
    this.#state.ready = true;
  }

  async loadMore(): Promise<void> {
    const { next } = this.#state;
    if (next === null || this.#state.more) return;
    const turn = this.#turn;
    this.#state.more = true;
    const path = membersPath(this.organizationId, { q: this.#q, status: this.#status, below: true, cursor: next });
    const answer = await request<Page<Member>>('GET', path);
    this.#state.more = false;
    if (turn !== this.#turn) return;
    this.#state.code = answer.ok ? null : codeOf(answer);
    if (answer.ok) {
      this.#state.items.push(...answer.data.items);
      this.#state.next = answer.data.next;
    }
  }

  #show(page: Page<Member>, fetchedAt: string): void {
    Object.assign(this.#state, { items: page.items, next: page.next, fetchedAt, ready: true, local: false });
  }

  async #search(path: string, turn: number): Promise<string | null> {
    const answer = await request<Page<Member>>('GET', path);
    if (!answer.ok) return codeOf(answer);
    if (turn === this.#turn) this.#show(answer.data, new Date().toISOString());
    return null;
  }

  async #searchHere(turn: number): Promise<void> {
    const seen = await readView<Page<Member>>(membersPath(this.organizationId, { below: true }));
    if (turn !== this.#turn) return;
    const items = (seen?.body.items ?? []).filter(
      (member) => matches(member.full_name, this.#q) && (this.#status === '' || member.status === this.#status),
    );
    Object.assign(this.#state, { items, next: null, fetchedAt: seen?.fetched_at ?? null, local: seen !== undefined });
  }
}
