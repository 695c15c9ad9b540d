import type { RollItem } from '$api/shapes';

/**
 * The head-count of the room, the same as `handbook.attendance.head_count`, which says what each number means;
 * `tests/data/attendance/head_count.json` holds both to it.
 */
export interface HeadCount {
  total: number;
  official: number;
  probationary: number;
  temporary_in: number;
  exempt: RollItem[];
  elsewhere: RollItem[];
  attended: number;
  official_due: number;
  official_in_room: number;
  quorum_required: number;
  quorum_reached: boolean;
  late: RollItem[];
  left_early: RollItem[];
  excused: RollItem[];
  unexcused: RollItem[];
  not_recorded: RollItem[];
}

/** Of the cell's life today; who left between convening and opening keeps a line with another status. */
const ACTIVE = ['official', 'probationary', 'exempt', 'temporary_in', 'temporary_out'];

/** Whether the record says that the member need not come: nobody is freed by a mark in the roll. */
export function isFree(status: string): boolean {
  return status === 'exempt' || status === 'temporary_out' || !ACTIVE.includes(status);
}

/** What the rules say where the organisation says nothing. */
export const QUORUM_SHARE = '2/3';

/** `share`: the part of the official members due that has to be in the room, as a fraction in words. */
export function headCount(lines: readonly RollItem[], share = QUORUM_SHARE): HeadCount {
  const rows = lines.filter((row) => ACTIVE.includes(row.status));
  const of = (status: string): number => rows.filter((row) => row.status === status).length;
  const attending = rows.filter((row) => row.state === 'present' || row.state === 'late');
  const exempt = rows.filter((row) => row.state === 'exempt' && isFree(row.status));
  const official = rows.filter((row) => row.status === 'official');
  const inRoom = official.filter((row) => attending.includes(row) && !row.left_at).length;
  const [numerator = 2, divisor = 3] = share.split('/').map(Number);
  const required = Math.ceil((official.length * numerator) / divisor);
  const total = rows.length - of('temporary_in');
  return {
    total, official: total - of('probationary'), probationary: of('probationary'), temporary_in: of('temporary_in'),
    exempt: exempt.filter((row) => row.status !== 'temporary_out'), elsewhere: exempt.filter((row) => row.status === 'temporary_out'),
    attended: attending.length,
    official_due: official.length, official_in_room: inRoom,
    quorum_required: required, quorum_reached: official.length > 0 && inRoom >= required,
    late: attending.filter((row) => row.state === 'late'),
    left_early: attending.filter((row) => row.left_at),
    excused: rows.filter((row) => row.state === 'excused' || (row.state === 'exempt' && !isFree(row.status))),
    unexcused: rows.filter((row) => row.state === 'unexcused'),
    not_recorded: rows.filter((row) => row.state === null),
  };
}
