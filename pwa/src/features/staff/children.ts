import type { Id } from '$api/shapes';
import type { ChildFigures } from './shapes';

/** Children for a list: those to look at first by `order`, the order of the tree where they are alike. */
export function sortChildren(
  children: readonly ChildFigures[], order: string, counts: ReadonlyMap<Id, number>,
): ChildFigures[] {
  const share = (row: ChildFigures): number => (row.cells > 0 ? row.cells_met / row.cells : 1);
  const keys: Record<string, (row: ChildFigures) => number> = {
    ask: (row) => -(counts.get(row.organization_id) ?? 0),
    rate: (row) => row.rate ?? 2,
    met: share,
  };
  const key = keys[order];
  return key ? [...children].sort((a, b) => key(a) - key(b)) : [...children];
}
