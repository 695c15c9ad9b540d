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

/** "Bí thư Chi bộ Ấp 3": an office and where it is held. */
export function officeName({ title, organization_name: place }: Office): string {
  return place ? `${core(`office.${title}`)} ${place}` : core(`office.${title}`);
}

/** Today's offices in words, one each; those held in `here` by their title only, as the screen says where it is. */
export function currentOffices(member: Member, here?: Id): string {
  const held = member.offices.filter((office) => inForce(office));
  const name = (office: Office): string => (office.organization_id === here ? core(`office.${office.title}`) : officeName(office));
  return [...new Set(held.map(name))].join(', ');
}

/** The line of a list: offices, and the cell unless an office or the screen itself names it. */
export function listLine(member: Member, here: Id): string {
  const named = here === member.organization_id
    || member.offices.some((office) => inForce(office) && office.organization_id === member.organization_id);
  return [currentOffices(member, here), named ? '' : member.organization_name].filter(Boolean).join(' · ');
}
