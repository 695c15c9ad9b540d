import type { Id, Member, MemberStatus, Office } from '$api/shapes';
import { t as core } from '$i18n';
import { today } from '$lib/today';

export const statuses: readonly MemberStatus[] = [
  'official', 'probationary', 'exempt', 'temporary_in', 'temporary_out', 'transferred', 'suspended', 'struck_off',
  'expelled', 'withdrawn', 'deceased',
];

/** Whether the office is held on this day (`YYYY-MM-DD`). */
export function inForce(office: Office, day: string = today()): boolean {
  return office.from.slice(0, 10) <= day && (office.to === null || office.to.slice(0, 10) >= day);
}

/** The titles of today's offices in words, one each. */
export function currentOffices(member: Member, at?: Id): string {
  const held = member.offices.filter((office) => inForce(office) && (at === undefined || office.organization_id === at));
  return [...new Set(held.map((office) => core(`office.${office.title}`)))].join(', ');
}
