import { describe, expect, it } from 'vitest';
import { sortChildren } from './children';
import type { ChildFigures, ReportException } from './shapes';
import { countByNode } from './tree.svelte';

const child = (organization_id: string, rate: number | null, cells = 1, cells_met = 1): ChildFigures => ({
  organization_id, name: organization_id, kind: 'cell', cells, cells_met, cells_planned: 0, meetings: 1, summoned: 20,
  present: 10, late: 0, excused: 0, unexcused: 0, exempt: 0, rate,
});
const exception = (organization_id: string, path: string[] = [organization_id]): ReportException => ({
  kind: 'no_meeting', organization_id, name: '', meeting_id: null, since: null, rate: null, previous_rate: null,
  path, contact: null,
});

describe('sortChildren', () => {
  const rows = [child('a', 0.9), child('b', null), child('c', 0.4), child('d', 0.95, 4, 1)];
  const order = (by: string) => sortChildren(rows, by, new Map([['b', 2], ['d', 1]])).map((row) => row.organization_id);

  it('keeps the order of the tree without a wish', () => {
    expect(order('')).toEqual(['a', 'b', 'c', 'd']);
  });
  it('puts those with most to ask about first', () => {
    expect(order('ask')).toEqual(['b', 'd', 'a', 'c']);
  });
  it('puts the lowest rate first and who had no meeting last', () => {
    expect(order('rate')).toEqual(['c', 'a', 'd', 'b']);
  });
  it('puts those first in which the fewest cells have met', () => {
    expect(order('met')[0]).toBe('d');
  });
});

describe('countByNode', () => {
  it('counts every organisation once at itself and at each above it', () => {
    const counts = countByNode([
      exception('3', ['1', '2', '3']), exception('3', ['1', '2', '3']), exception('4', ['1', '2', '4']), exception('9', ['1', '9']),
    ]);
    expect(Object.fromEntries(counts)).toEqual({ 1: 3, 2: 2, 3: 1, 4: 1, 9: 1 });
  });
  it('counts at the organisation alone where the way to it is not told', () => {
    expect(countByNode([exception('3')]).get('3')).toBe(1);
  });
});
