import type { Roll } from '$api/shapes';
import type { BoardQuorum } from './board';
import { t } from './messages';

/** The quorum in one line. It speaks of official members alone, beside a head-count of everybody; `over`: as it was at the closing. */
export function quorumLine({ due, present, required, reached }: BoardQuorum, over: boolean): string {
  if (due === 0) return t('roll.quorumNobody');
  const key = over ? (reached ? 'roll.quorumWasReached' : 'roll.quorumWasMissing') : reached ? 'roll.quorumReached' : 'roll.quorumMissing';
  return t(key, { present, due, n: required, missing: Math.max(0, required - present) });
}

/** What the server counted, where this phone does not hold or count all lines. */
export function toldQuorum(roll: Pick<Roll, 'quorum' | 'official_due' | 'official_present'> | undefined): BoardQuorum | null {
  const { quorum = null, official_due: due, official_present: present } = roll ?? {};
  return quorum === null || due === undefined || present === undefined ? null : { due, present, ...quorum };
}
