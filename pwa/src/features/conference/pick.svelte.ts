import { SvelteMap } from 'svelte/reactivity';
import { codeOf, request } from '$api/client';
import type { Id, Member, Organization, Page } from '$api/shapes';
import { membersPath, organizationPath, partsPath } from '$features/staff/paths';

/** Members who may take part in a conference. */
const ELIGIBLE = ['official', 'probationary'];
export const OFFICES = ['secretary', 'deputy_secretary', 'committee_member'] as const;

/** Members of a tree to choose from: by organisation, by office, by name. Nothing of it stays on this device. */
export class MemberChoice {
  items = $state.raw<Member[]>([]);
  next = $state<string | null>(null);
  ready = $state(false);
  busy = $state(false);
  code = $state<string | null>(null);
  q = $state('');
  office = $state('');
  /** From the top of the tree down to the organisation whose members are shown, and what lies right below it. */
  line = $state.raw<Organization[]>([]);
  parts = $state.raw<Organization[]>([]);
  readonly chosen = new SvelteMap<Id, Member>();
  #turn = 0;

  /** `carded`: a few, and only who has a card. `onset` hears what is ticked and unticked. */
  constructor(
    private readonly top: Id, readonly carded = false, private readonly onset: (member: Member, wanted: boolean) => void = () => undefined,
  ) {}

  get here(): Id {
    return this.line.at(-1)?.id ?? this.top;
  }

  async begin(): Promise<void> {
    this.chosen.clear();
    [this.q, this.office, this.line] = ['', '', []];
    const answer = await request<Organization>('GET', organizationPath(this.top));
    if (answer.ok) this.line = [answer.data];
    await Promise.all([this.#loadParts(), this.load()]);
  }

  /** Goes to an organisation of the line, or to one right below. */
  async goTo(id: Id): Promise<void> {
    const above = this.line.findIndex((one) => one.id === id);
    const below = this.parts.find((one) => one.id === id);
    if (above >= 0) this.line = this.line.slice(0, above + 1);
    else if (below) this.line = [...this.line, below];
    await Promise.all([this.#loadParts(), this.load()]);
  }

  async #loadParts(): Promise<void> {
    const here = this.here;
    this.parts = [];
    const found: Organization[] = [];
    for (let path: string | null = partsPath(here); path !== null; ) {
      const answer: Awaited<ReturnType<typeof request<Page<Organization>>>> = await request<Page<Organization>>('GET', path);
      if (!answer.ok || here !== this.here) return;
      found.push(...answer.data.items);
      path = answer.data.next ? `${partsPath(here)}&cursor=${encodeURIComponent(answer.data.next)}` : null;
    }
    this.parts = found;
  }

  async load(more = false): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    const cursor = more ? this.next : null;
    const answer = await request<Page<Member>>('GET', membersPath(this.here, { q: this.q, office: this.office, below: true, cursor }));
    if (turn !== this.#turn) return;
    this.busy = false;
    this.ready = true;
    this.code = answer.ok ? null : codeOf(answer);
    if (!answer.ok) return;
    const fit = answer.data.items.filter((one) => ELIGIBLE.includes(one.status) && (!this.carded || one.card_number !== null));
    this.items = more ? [...this.items, ...fit] : fit;
    this.next = answer.data.next;
  }

  clear(): void {
    for (const member of [...this.chosen.values()]) this.set(member, false);
  }

  set(member: Member, wanted: boolean): void {
    if (wanted) this.chosen.set(member.id, member);
    else this.chosen.delete(member.id);
    this.onset(member, wanted);
  }
}
