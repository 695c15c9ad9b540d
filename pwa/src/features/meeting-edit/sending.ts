import { randomKey } from '$lib/ids';

/** A file that is being attached as a paper, or was refused. */
export interface Sending {
  id: string;
  file: File;
  progress: number | null;
  error: string | null;
  /** Worth trying again as it is. */
  passing: boolean;
}

/** What is being sent, with the files that were chosen now: one of the same name takes the place of what was refused. */
export function withChosen(sending: readonly Sending[], chosen: readonly File[]): Sending[] {
  const names = new Set(chosen.map((file) => file.name));
  return [
    ...sending.filter((one) => one.error === null || !names.has(one.file.name)),
    ...chosen.map((file) => ({ id: `new-${randomKey()}`, file, progress: null, error: null, passing: false })),
  ];
}
