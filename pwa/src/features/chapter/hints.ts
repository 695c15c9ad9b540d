/** What is unusual about a cell by itself, told from what lies on the phone: the same as `handbook.reports.hints`. */
import type { Id, Member, Organization } from '$api/shapes';

export interface Hint {
  kind: 'few_officials' | 'no_committee';
  official: number;
  bound: number;
}

/**
 * "A cell needs at least 3 official members. With 9 or more it elects a committee (chi ủy)." (2-domain, Cells and meetings;
 * both numbers are settings.)
 */
export function hintsOf(cell: Organization, members: readonly Member[], rules: Record<string, unknown>, today: string): Hint[] {
  if (cell.kind !== 'cell') return [];
  const { official } = cell.member_counts;
  const bound = (name: string, otherwise: number): number => (typeof rules[name] === 'number' ? rules[name] : otherwise);
  const [least, committeeFrom] = [bound('cell.official_minimum', 3), bound('cell.committee_from', 9)];
  const found: Hint[] = [];
  if (official < least) found.push({ kind: 'few_officials', official, bound: least });
  // Until the members are on this phone nobody knows whom they elected.
  if (official >= committeeFrom && members.length > 0 && !members.some((one) => isOfCommittee(one, cell.id, today))) {
    found.push({ kind: 'no_committee', official, bound: committeeFrom });
  }
  return found;
}

function isOfCommittee({ offices }: Member, cell: Id, today: string): boolean {
  return offices.some((one) =>
    one.organization_id === cell && one.title === 'committee_member' && one.from <= today && (one.to ?? today) >= today);
}
