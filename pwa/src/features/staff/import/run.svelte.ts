import { codeOf, request, type Failure } from '$api/client';
import type { Id } from '$api/shapes';
import { randomKey } from '$lib/ids';
import type { RosterImport } from '../shapes';

const WAIT = 700;
const WAIT_LONG = 3_000;
/** Up to here a file is kept in memory, so that changing it meanwhile does not break the import. */
const KEEP = 40_000_000;

/** Why an import did not go on: the problem's code, and what is wrong with the file where that is known. */
export interface Trouble {
  code: string;
  reason?: string | undefined;
}

interface State {
  phase: 'choose' | 'sending' | 'running' | 'ended';
  run: RosterImport | null;
  error: Trouble | null;
  offline: boolean;
}

/** One import of a roster, from handing in the file to its report. */
export class ImportRun {
  #state = $state<State>({ phase: 'choose', run: null, error: null, offline: false });
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get state(): Readonly<State> {
    return this.#state;
  }

  /** Hands in the file; answers the id of the import, or null when it was not taken. */
  async start(organizationId: Id, file: Blob, name: string, dryRun: boolean, create: boolean): Promise<Id | null> {
    const turn = this.#next({ phase: 'sending', run: null, error: null, offline: false });
    const body = new FormData();
    body.set('file', file, name);
    body.set('dry_run', String(dryRun));
    body.set('create_organizations', String(create));
    const answer = await request<RosterImport>('POST', `/api/organizations/${organizationId}/roster-imports`, {
      body, idempotencyKey: randomKey(), timeout: 300_000,
    });
    if (turn !== this.#turn) return null;
    if (!answer.ok) {
      this.#next({ phase: 'choose', run: null, error: troubleOf(answer), offline: false });
      return null;
    }
    this.#take(answer.data);
    return answer.data.id;
  }

  /** Watches an import that is under way, also one that was started before this page was opened. */
  async follow(id: Id): Promise<void> {
    this.#next({ phase: 'running', run: null, error: null, offline: false });
    await this.#look(id, this.#turn);
  }

  reset(): void {
    this.#next({ phase: 'choose', run: null, error: null, offline: false });
  }

  stop(): void {
    this.#turn++;
    clearTimeout(this.#timer);
  }

  #next(state: State): number {
    clearTimeout(this.#timer);
    Object.assign(this.#state, state);
    return ++this.#turn;
  }

  #take(run: RosterImport): void {
    this.#state.run = run;
    this.#state.offline = false;
    if (run.state === 'failed') {
      this.#state.error = { code: run.error?.code ?? 'internal_error' };
      this.#state.phase = 'choose';
    } else if (run.state === 'done') {
      this.#state.phase = 'ended';
    } else {
      this.#state.phase = 'running';
      const turn = this.#turn;
      this.#timer = setTimeout(() => void this.#look(run.id, turn), WAIT);
    }
  }

  async #look(id: Id, turn: number): Promise<void> {
    const answer = await request<RosterImport>('GET', `/api/roster-imports/${encodeURIComponent(id)}`);
    if (turn !== this.#turn) return;
    if (answer.ok) {
      this.#take(answer.data);
    } else if (answer.kind === 'problem' && answer.problem.status < 500 && answer.problem.status !== 429) {
      this.#next({ phase: 'choose', run: null, error: troubleOf(answer), offline: false });
    } else {
      this.#state.offline = true;
      this.#timer = setTimeout(() => void this.#look(id, turn), WAIT_LONG);
    }
  }
}

function troubleOf(failure: Failure): Trouble {
  const reason = failure.kind === 'problem' ? failure.problem.errors?.find((one) => one.pointer === '/file')?.code : undefined;
  return { code: codeOf(failure), reason };
}

/** The file as it is now. */
export async function snapshot(file: File): Promise<Blob> {
  return file.size <= KEEP ? new Blob([await file.arrayBuffer()], { type: file.type }) : file;
}
