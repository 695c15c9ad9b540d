import type { Id } from '$api/shapes';
import { t } from './messages';

export interface Writer {
  /** This installation, whoever sends for it. */
  here: boolean;
  /** Another device of the person who holds this one. */
  own: boolean;
  name: string | null;
}

/** Who wrote a line of the book. "This device" is the device, not the person: one secretary may write on two. */
export function writerOf(
  line: { device_id: string | null; recorded_by: Id | null }, device: string | undefined, self: Id | null, names: ReadonlyMap<Id, string>,
): Writer {
  const here = line.device_id !== null && line.device_id === device;
  const own = !here && self !== null && line.recorded_by === self;
  return { here, own, name: here || own ? null : (names.get(line.recorded_by ?? '') ?? null) };
}

export function sayWriter({ here, own, name }: Writer): string {
  if (here || own) return t(here ? 'differ.mine' : 'differ.other');
  return name === null ? t('differ.elsewhere') : t('differ.named', { name });
}
