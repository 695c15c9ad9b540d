import { untrack } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Id, Organization, Page } from '$api/shapes';
import { live } from '$db/live.svelte';
import { readView, refreshView } from '$db/views';
import type { TreeNode } from '$ui/Tree.svelte';
import { t } from './messages';
import { nodeHref, organizationPath, partsPath } from './paths';
import type { AttendanceReport } from './shapes';

const PAGES = 10;
/** What is open stays open from one page to the next. */
const opened = new SvelteSet<Id>();

const nextPage = (parent: Id, cursor: string): string => `${partsPath(parent)}&cursor=${encodeURIComponent(cursor)}`;

/** Children as last seen on this device. */
async function readChildren(parent: Id): Promise<Organization[]> {
  const found: Organization[] = [];
  let path: string | null = partsPath(parent);
  while (path !== null) {
    const page: Page<Organization> | undefined = (await readView<Page<Organization>>(path))?.body;
    found.push(...(page?.items ?? []));
    path = page?.next ? nextPage(parent, page.next) : null;
  }
  return found;
}

async function fetchChildren(parent: Id): Promise<void> {
  let path: string | null = partsPath(parent);
  for (let page = 0; path !== null && page < PAGES; page++) {
    if ((await refreshView(path)) !== null) return;
    const next: string | null | undefined = (await readView<Page<Organization>>(path))?.body.next;
    path = next ? nextPage(parent, next) : null;
  }
}

/** How many organisations with something to ask about lie at or below each, as the server has counted them all. */
export const countByNode = (report: AttendanceReport | undefined): Map<Id, number> =>
  new Map(Object.entries(report?.to_ask ?? {}));

export interface OrganizationTree {
  readonly nodes: TreeNode[];
  /** From the top of the tree to the parent of the current node. */
  readonly crumbs: Organization[];
  readonly current: Organization | undefined;
  /** The name of an organisation that this device has seen. */
  nameOf(id: Id | undefined): string | undefined;
  toggle(id: Id, open: boolean): void;
}

/** The part of the tree that is open, as links that keep the month. To be called while a component is being set up. */
export function organizationTree(
  roots: () => Id[], current: () => Id, month: () => string | undefined, counts: () => Map<Id, number>,
): OrganizationTree {
  const asked = new Set<string>();
  const ask = (key: string, run: () => Promise<unknown>): void => {
    if (asked.has(key)) return;
    asked.add(key);
    void run();
  };
  const known = live(['views'], async () => {
    const parents = [...opened];
    const wanted = [...new Set([...roots(), current()])];
    const single = new Map<Id, Organization>();
    const children = new Map<Id, Organization[]>();
    for (const parent of parents) {
      const list = await readChildren(parent);
      children.set(parent, list);
      for (const organization of list) single.set(organization.id, organization);
    }
    for (const id of wanted) {
      const organization = (await readView<Organization>(organizationPath(id)))?.body;
      if (organization) single.set(id, organization);
    }
    return { single, children };
  });
  const here = $derived(known.value?.single.get(current()));
  /** Ids from the top that this account sees down to the current node. */
  const line = $derived.by(() => {
    const path = here?.path ?? [];
    const start = path.findIndex((id) => roots().includes(id));
    return start < 0 ? [] : path.slice(start);
  });

  $effect(() => {
    for (const id of new Set([...roots(), current()].filter(Boolean))) ask(id, () => refreshView(organizationPath(id)));
  });
  $effect(() => {
    for (const id of opened) ask(`below ${id}`, () => fetchChildren(id));
  });
  $effect(() => {
    // At the first look the top lies open, so that its parts can be found without a network too.
    if (untrack(() => opened.size) === 0) for (const id of roots()) opened.add(id);
  });
  let shownFor = '';
  $effect(() => {
    if (line.length === 0 || shownFor === current()) return;
    shownFor = current();
    for (const id of line) opened.add(id);
  });

  function nodeOf(organization: Organization): TreeNode {
    const { id, name, kind } = organization;
    const branch = kind !== 'cell' && kind !== 'group';
    const badge = counts().get(id) ?? 0;
    const open = branch && opened.has(id);
    return {
      id, label: name, href: nodeHref(id, month()), badge, badgeLabel: t('tree.badge', { n: badge }), branch, open,
      children: open ? (known.value?.children.get(id) ?? []).map(nodeOf) : [],
    };
  }
  const nodes = $derived(
    roots().map((id) => known.value?.single.get(id)).filter((found) => found !== undefined).map(nodeOf),
  );
  const crumbs = $derived(
    line.slice(0, -1).map((id) => known.value?.single.get(id)).filter((found) => found !== undefined),
  );
  return {
    get nodes() {
      return nodes;
    },
    get crumbs() {
      return crumbs;
    },
    get current() {
      return here;
    },
    nameOf: (id) => (id === undefined ? undefined : known.value?.single.get(id)?.name),
    toggle(id, open) {
      if (open) opened.add(id);
      else opened.delete(id);
    },
  };
}
