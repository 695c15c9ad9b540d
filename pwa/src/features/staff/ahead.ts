import type { Id, Organization, Page } from '$api/shapes';
import { database, write } from '$db/database';
import { keepView, readView, refreshView } from '$db/views';
import { shiftMonth, thisMonth } from './months';
import { meetingsTodayPath, organizationPath, partsPath, reportPath, worksPaths } from './paths';
import type { AttendanceReport } from './shapes';
import { refreshUnnumbered } from './unnumbered';

/** What one start may cost, and how much of the tree a phone keeps without being asked. */
export const LIMITS = { requests: 240, bytes: 1_500_000, roots: 3, months: 3, organizations: 200, cells: 12 };
/** What is younger is not asked for again. */
const FRESH = 2 * 3_600_000;
/** What nobody looked at and nothing renewed for so long leaves the phone. */
const KEPT = 45 * 86_400_000;

interface Connection {
  saveData?: boolean;
  effectiveType?: string;
}

/** Whether the connection is one on which nothing is fetched that nobody asked for. */
export function isSparing(connection = (navigator as { connection?: Connection }).connection): boolean {
  return connection?.saveData === true || /(^|-)2g$/.test(connection?.effectiveType ?? '');
}

class Budget {
  #requests = 0;
  #bytes = 0;

  /** The body of `path`, renewed when it is old; undefined when there is none or too much was fetched already. */
  async take<T>(path: string, renew: () => Promise<string | null> = () => refreshView(path)): Promise<T | undefined> {
    const seen = await readView<T>(path);
    if (seen && Date.now() - Date.parse(seen.fetched_at) < FRESH) return seen.body;
    if (this.#requests >= LIMITS.requests || this.#bytes >= LIMITS.bytes) return seen?.body;
    this.#requests++;
    const code = await renew();
    if (code === 'network') this.#requests = LIMITS.requests;
    const body = (await readView<T>(path))?.body;
    if (code === null && body !== undefined) this.#bytes += new Blob([JSON.stringify(body)]).size;
    return body;
  }

  /** A report without the numbers of whom to telephone. */
  report(id: Id, month: string): Promise<AttendanceReport | undefined> {
    return this.take(reportPath(id, month), () => refreshUnnumbered(id, month));
  }
}

/**
 * Fetches the staff's board ahead, so that it opens without a network after one visit to any screen: the months, the works
 * and the parts of their own organisations; then this month of all below them, level by level, on each level first those
 * with something to ask about. Lists of names and telephone numbers are not among it: each reading of them is recorded and
 * shown to the member, so only a person's own look may cause one.
 */
export async function fetchBoards(roots: readonly Id[]): Promise<void> {
  await forgetOld();
  if (isSparing()) return;
  const budget = new Budget();
  const month = thisMonth();
  const watched = roots.slice(0, LIMITS.roots);
  const cells = new Set<Id>();
  for (const root of watched) {
    await budget.take(organizationPath(root));
    await budget.take(meetingsTodayPath(root));
    const report = await budget.report(root, month);
    for (let back = 1; back < LIMITS.months; back++) await budget.report(root, shiftMonth(month, -back));
    for (const path of worksPaths(root)) await budget.take(path);
    for (const found of report?.exceptions ?? []) cells.add(found.organization_id);
  }
  for (const id of [...cells].slice(0, LIMITS.cells)) {
    await budget.take(organizationPath(id));
    await budget.report(id, month);
  }
  let level: Id[] = watched;
  let left = LIMITS.organizations;
  while (level.length > 0) {
    const below: { id: Id; ask: number }[] = [];
    for (const id of level) {
      if (left-- <= 0) return;
      const report = await budget.report(id, month);
      const children = report?.children ?? [];
      if (children.length === 0) continue;
      await keepEach(await budget.take<Page<Organization>>(partsPath(id)));
      below.push(...children.map((child) => ({ id: child.organization_id, ask: report?.to_ask[child.organization_id] ?? 0 })));
    }
    level = below.sort((a, b) => b.ask - a.ask).map(({ id }) => id);
  }
}

/** A list of organisations says of each what its own screen asks for. */
async function keepEach(page: Page<Organization> | undefined): Promise<void> {
  for (const organization of page?.items ?? []) {
    const path = organizationPath(organization.id);
    if (!(await readView(path))) await keepView(path, organization, null);
  }
}

async function forgetOld(): Promise<void> {
  const old = (await (await database()).getAll('views')).filter((row) => Date.now() - Date.parse(row.fetched_at) > KEPT);
  if (old.length === 0) return;
  await write(['views'], async (tx) => {
    for (const { key } of old) await tx.objectStore('views').delete(key);
  });
}
