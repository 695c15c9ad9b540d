import type { BoardQuorum } from './board';
import { t } from './messages';

/** The quorum in one line. It speaks of official members alone, beside a head-count of everybody; `over`: as it was at the closing. */
export function quorumLine({ due, present, required, reached }: BoardQuorum, over: boolean): string {
  if (due === 0) return t('roll.quorumNobody');
  const key = over ? (reached ? 'roll.quorumWasReached' : 'roll.quorumWasMissing') : reached ? 'roll.quorumReached' : 'roll.quorumMissing';
  return t(key, { present, due, n: required, missing: Math.max(0, required - present) });
}
