import { describe, expect, it } from 'vitest';
import { sortChildren } from './children';
import type { AttendanceReport, ChildFigures } from './shapes';
import { countByNode } from './tree.svelte';

const child = (organization_id: string, rate: number | null, cells = 1, cells_met = 1): ChildFigures => ({
  organization_id, name: organization_id, kind: 'cell', cells, cells_met, cells_planned: 0, meetings: 1, summoned: 20,
  present: 10, late: 0, excused: 0, unexcused: 0, exempt: 0, rate,
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
  it('takes the counts of the whole report, not of the exceptions that it names', () => {
    const report = { exceptions: [], to_ask: { 1: 300, 3: 1 } } as unknown as AttendanceReport;
    const counts = countByNode(report);
    expect([counts.get('1'), counts.get('3'), counts.get('9')]).toEqual([300, 1, undefined]);
  });
  it('knows nothing before the report has come', () => {
    expect(countByNode(undefined).size).toBe(0);
  });
});
