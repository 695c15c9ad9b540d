import { describe, expect, it } from 'vitest';
import type { Member, Organization } from '$api/shapes';
import { hintsOf } from './hints';

const TODAY = '2026-12-03';
const cell = (official: number, kind = 'cell') => ({ id: '3', kind, member_counts: { official, probationary: 1, exempt: 0 } }) as Organization;
const member = (title?: string, to: string | null = null, organization_id = '3') =>
  ({ id: '1', offices: title ? [{ organization_id, title, from: '2025-01-01', to }] : [] }) as unknown as Member;

describe('a cell by itself', () => {
  it('is told when it has fewer official members than it needs', () => {
    expect(hintsOf(cell(2), [member()], {}, TODAY)).toEqual([{ kind: 'few_officials', official: 2, bound: 3 }]);
    expect(hintsOf(cell(3), [member()], {}, TODAY)).toEqual([]);
    expect(hintsOf(cell(3), [member()], { 'cell.official_minimum': 4 }, TODAY)).toMatchObject([{ bound: 4 }]);
  });

  it('is told when it is large enough for a committee and has elected none that is in office', () => {
    const none = [{ kind: 'no_committee', official: 9, bound: 9 }];
    expect(hintsOf(cell(9), [member('secretary')], {}, TODAY)).toEqual(none);
    expect(hintsOf(cell(9), [member('committee_member', '2026-12-02')], {}, TODAY)).toEqual(none);
    expect(hintsOf(cell(9), [member('committee_member', null, '4')], {}, TODAY)).toEqual(none);
    expect(hintsOf(cell(9), [member('committee_member', TODAY)], {}, TODAY)).toEqual([]);
    expect(hintsOf(cell(8), [member()], {}, TODAY)).toEqual([]);
    expect(hintsOf(cell(9), [member()], { 'cell.committee_from': 10 }, TODAY)).toEqual([]);
  });

  it('is told nothing that the phone cannot know, and another organisation nothing at all', () => {
    expect(hintsOf(cell(9), [], {}, TODAY)).toEqual([]);
    expect(hintsOf(cell(1, 'grassroots_committee'), [member()], {}, TODAY)).toEqual([]);
  });
});
