import type { Problem } from './shapes';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  /** A JSON value, or FormData for a file. */
  body?: unknown;
  /** The etag of the object as this phone knows it, for changes of shared objects. */
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  /** One key per intended act, kept over every retry of it. */
  idempotencyKey?: string | undefined;
  accept?: string;
  /** Which bytes of a file, as in the header `Range`. */
  range?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Sent as nobody: without the session's cookie. */
  anonymous?: boolean;
  /** Milliseconds until the attempt counts as "no network". */
  timeout?: number;
}

export interface Success<T> {
  ok: true;
  status: number;
  data: T;
  etag: string | null;
  /** Missing where the answer was put together from several. */
  headers?: Headers;
}

export type Failure =
  | { ok: false; kind: 'problem'; problem: Problem; retryAfter: number | null }
  | { ok: false; kind: 'network' }
  | { ok: false; kind: 'aborted' };

export type Result<T> = Success<T> | Failure;

type Listener = () => void;
const signedOutListeners = new Set<Listener>();

/** Calls back whenever the server says that this device's session is over. Returns the way to stop. */
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

const DEFAULT_TIMEOUT = 30_000;

function send(method: Method, path: string, options: RequestOptions, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: options.accept ?? 'application/json' });
  const { body } = options;
  const isForm = body instanceof FormData;
  const named = {
    // A form says by itself what it is.
    'Content-Type': isForm || body === undefined ? undefined : 'application/json',
    Range: options.range,
    'If-Match': options.ifMatch,
    'If-None-Match': options.ifNoneMatch,
    'Idempotency-Key': options.idempotencyKey,
  };
  for (const [name, value] of Object.entries(named)) if (value) headers.set(name, value);
  return fetch(path, {
    method, headers, body: isForm ? body : JSON.stringify(body), credentials: options.anonymous ? 'omit' : 'same-origin',
    cache: 'no-store', redirect: 'error', signal,
  });
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = response.status >= 500 ? 'unavailable' : 'unexpected_answer';
  if (!response.headers.get('Content-Type')?.includes('json')) return { status: response.status, code: fallback };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...body, status: response.status, code: typeof body.code === 'string' ? body.code : fallback };
  } catch {
    return { status: response.status, code: fallback };
  }
}

async function exchange<T>(
  method: Method, path: string, options: RequestOptions, read: (response: Response) => Promise<T>,
): Promise<Result<T>> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const timer = setTimeout(stop, options.timeout ?? DEFAULT_TIMEOUT);
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop);
  try {
    const response = await send(method, path, options, controller.signal);
    if (response.ok || response.status === 304) {
      const { status, headers } = response;
      return { ok: true, status, data: await read(response), etag: headers.get('ETag'), headers };
    }
    const problem = await problemOf(response);
    if (problem.code === 'not_authenticated') for (const listener of signedOutListeners) listener();
    return { ok: false, kind: 'problem', problem, retryAfter: Number(response.headers.get('Retry-After')) || null };
  } catch {
    return options.signal?.aborted ? { ok: false, kind: 'aborted' } : { ok: false, kind: 'network' };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

/** One exchange of JSON with the API. Never throws; a 304 or 204 has `data` undefined. */
export function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Result<T>> {
  return exchange(method, path, options, async (response) => {
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  });
}

/** The bytes of a paper, an Excel report, an activation sheet. */
export function download(path: string, { method = 'GET', ...options }: RequestOptions & { method?: Method } = {}): Promise<Result<Blob>> {
  return exchange(method, path, { accept: '*/*', timeout: 180_000, ...options }, (response) => response.blob());
}

/** The code to put into words: of the problem, or `network`. */
export function codeOf(failure: Failure): string {
  return failure.kind === 'problem' ? failure.problem.code : failure.kind;
}
