import type { Id, RollItem } from '$api/shapes';
import { stamp, timeOf, t as core } from '$i18n';
import { t, vi } from './messages';

/** How a line came about: how it was recorded, when and by whom. */
function how(line: RollItem, zone: string, names: ReadonlyMap<Id, string>): string | null {
  if (line.state === null || line.method === null) return null;
  const at = line.checked_in_at ?? line.recorded_at;
  const time = at ? stamp(at, zone) : '';
  if (line.method === 'qr') return t('roll.how.qr', { time });
  if (line.method === 'link') return t('roll.how.link', { time });
  if (line.method === 'request') return t('roll.how.request', { time });
  if (line.method === 'system') return line.state === 'unexcused' ? t('roll.how.closed', { time }) : t('roll.how.status');
  const who = names.get(line.recorded_by ?? '') ?? t('roll.someone');
  const written = { who, time: line.recorded_at ? stamp(line.recorded_at, zone) : '' };
  if (line.method === 'sheet') return t('roll.how.sheet', written);
  return line.method === 'reverse_scan' ? t('roll.how.reverse', written) : t('roll.how.secretary', written);
}

/** Everything that is told about a line in one go: status, how, times, what is remarkable. */
export function storyOf(row: RollItem, zone: string, names: ReadonlyMap<Id, string>): string {
  const flags = row.flags.map((flag) => `roll.flag.${flag}`).filter((key): key is keyof typeof vi => key in vi);
  return [
    row.status === 'official' ? null : core(`member.status.${row.status}`),
    how(row, zone, names),
    row.arrived_at ? t('history.arrived', { time: timeOf(row.arrived_at, zone) }) : null,
    row.left_at ? t('history.left', { time: timeOf(row.left_at, zone) }) : null,
    ...flags.map((key) => t(key)),
  ].filter(Boolean).join(' · ');
}
