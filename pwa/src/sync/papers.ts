import { codeOf } from '$api/client';
import type { Id, Meeting, Paper } from '$api/shapes';
import { database, write } from '$db/database';
import type { StoredPaper } from '$db/schema';
import { downloadInPieces, type Watcher } from './pieces';

/** Without being asked, a phone keeps at most this much, and no single file above the second figure. */
const BUDGET = 60 * 1024 * 1024;
const LARGEST = 15 * 1024 * 1024;
const DAY = 86_400_000;

/** Papers that should be on this phone by themselves: of meetings to come, running, or held within a week. */
function wanted(meetings: Meeting[], now: number): Paper[] {
  return meetings
    .filter((meeting) => meeting.state !== 'draft' && meeting.state !== 'cancelled')
    .filter((meeting) => new Date(meeting.ends_at).getTime() > now - 7 * DAY)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at))
    .flatMap((meeting) => meeting.papers);
}

let running: Promise<void> | null = null;

/** Fetches missing papers one after the other, within the budget, and forgets those of meetings that are gone. */
export function downloadPapers(): Promise<void> {
  running ??= run().finally(() => {
    running = null;
  });
  return running;
}

async function run(): Promise<void> {
  const db = await database();
  const meetings = await db.getAll('meetings');
  await forgetOrphans(meetings);
  const connection = (navigator as { connection?: { saveData?: boolean } }).connection;
  if (connection?.saveData) return;
  let kept = 0;
  for (const paper of wanted(meetings, Date.now())) {
    if (paper.size > LARGEST || kept + paper.size > BUDGET) continue;
    kept += paper.size;
    if ((await fetchPaper(paper)) === 'network') return;
  }
}

/** Puts one paper on this phone unless this very version is there. Answers null, or the code of what went wrong. */
export async function fetchPaper(paper: Paper, watch?: Watcher): Promise<string | null> {
  const stored = await (await database()).get('papers', paper.id);
  if (stored?.sha256 === paper.sha256) return null;
  const part = `${paper.sha256} in part`;
  const answer = await downloadInPieces(`/api/papers/${encodeURIComponent(paper.id)}/content`, paper, watch, {
    begun: stored?.sha256 === part ? stored.blob : null, keep: (bytes) => (bytes ? put(paper, part, bytes) : forget(paper.id)),
  });
  return answer.ok ? put(paper, paper.sha256, answer.data) : codeOf(answer);
}

/** `sha256` says whether these are its bytes; under another name nobody shows them. */
async function put({ id, meeting_id, media_type }: Paper, sha256: string, bytes: Blob): Promise<string | null> {
  const row: StoredPaper = {
    id, meeting_id, sha256, size: bytes.size, saved_at: new Date().toISOString(), blob: new Blob([bytes], { type: media_type }),
  };
  return write(['papers', 'meetings'], async (tx) => {
    // Wiped or withdrawn while it was on its way: it must not come back.
    const meeting = await tx.objectStore('meetings').get(meeting_id);
    if (!meeting) return 'not_found';
    await tx.objectStore('papers').put(row);
    return null;
  });
}

const forget = (id: Id): Promise<void> => write(['papers'], (tx) => tx.objectStore('papers').delete(id));

async function forgetOrphans(meetings: Meeting[]): Promise<void> {
  const present = new Set(meetings.flatMap((meeting) => meeting.papers.map((paper) => paper.id)));
  const keys = await (await database()).getAllKeys('papers');
  const orphans = keys.filter((key) => !present.has(key));
  if (orphans.length === 0) return;
  await write(['papers'], async (tx) => {
    for (const key of orphans) await tx.objectStore('papers').delete(key);
  });
}
