import { download, type Result } from '$api/client';

/** What goes over the line at a time: a break loses no more than this, and each piece has its own time to arrive. */
export const PIECE = 512 * 1024;

/** How often what has begun to arrive is kept: on a quick line it is whole before. */
const EVERY = 5_000;

/** Hears how many bytes have arrived. */
export type Watcher = (arrived: number) => void;

/** What an earlier run of the app kept of a file, and how this one keeps more; null: nothing of it any more. */
export interface Keeping {
  begun: Blob | null;
  keep(begun: Blob | null): Promise<unknown>;
}

interface Transfer {
  pieces: Blob[];
  watchers: Set<Watcher>;
  /** Null when an attempt broke off and nobody has asked again. */
  running: Promise<Result<Blob>> | null;
}
/** By checksum: a file that several meetings hand out comes once, and an attempt goes on where the last one broke off. */
const transfers = new Map<string, Transfer>();

/** Fetches a file of known size and checksum, from where an earlier attempt broke off; who asks meanwhile shares the answer. */
export function downloadInPieces(
  path: string, file: { size: number; sha256: string }, watch: Watcher = () => undefined, keeping?: Keeping,
): Promise<Result<Blob>> {
  const transfer = transfers.get(file.sha256) ?? { pieces: keeping?.begun ? [keeping.begun] : [], watchers: new Set(), running: null };
  transfers.set(file.sha256, transfer);
  transfer.watchers.add(watch);
  watch(sizeOf(transfer.pieces));
  transfer.running ??= fetchRest(path, file.size, transfer, keeping?.keep).then((answer) => {
    transfer.running = null;
    transfer.watchers.clear();
    if (!mayGoOn(answer)) transfers.delete(file.sha256);
    if (!answer.ok && !mayGoOn(answer)) void keeping?.keep(null).catch(() => undefined);
    return answer;
  });
  return transfer.running;
}

/** Nothing of what has begun to arrive stays. */
export function forgetPieces(): void {
  transfers.clear();
}

function mayGoOn(answer: Result<Blob>): boolean {
  return !answer.ok && (answer.kind === 'network' || (answer.kind === 'problem' && answer.problem.status >= 500));
}

async function fetchRest(path: string, size: number, { pieces, watchers }: Transfer, keep?: Keeping['keep']): Promise<Result<Blob>> {
  let kept = Date.now();
  for (let arrived = sizeOf(pieces); arrived < size || pieces.length === 0; arrived = sizeOf(pieces)) {
    const range = size > PIECE ? `bytes=${arrived}-${Math.min(arrived + PIECE, size) - 1}` : undefined;
    const answer = await download(path, { range });
    // Small enough to come whole, or somebody on the way knows no ranges.
    if (!answer.ok || answer.status !== 206) return answer;
    if (answer.data.size === 0) return { ok: false, kind: 'network' };
    pieces.push(answer.data);
    for (const watch of watchers) watch(sizeOf(pieces));
    if (keep && Date.now() - kept >= EVERY && sizeOf(pieces) < size) {
      // A phone without room for it has it in memory all the same.
      await keep(new Blob(pieces)).catch(() => undefined);
      kept = Date.now();
    }
  }
  return { ok: true, status: 200, data: new Blob(pieces), etag: null };
}

function sizeOf(pieces: Blob[]): number {
  return pieces.reduce((sum, piece) => sum + piece.size, 0);
}
