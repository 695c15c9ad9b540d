import { vi } from 'vitest';

export interface Sent {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}
type Answer = Response | 'offline' | ((sent: Sent) => Response | Promise<Response>);

/** A server of one test: answers in the order given, then with the last answer; keeps what it was sent. */
export function serve(...answers: Answer[]): Sent[] {
  const log: Sent[] = [];
  vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : init.body;
    const sent: Sent = { method: init.method ?? 'GET', path, body, headers: new Headers(init.headers) };
    log.push(sent);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined || answer === 'offline') throw new TypeError('Failed to fetch');
    return typeof answer === 'function' ? answer(sent) : answer.clone();
  });
  return log;
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

export function problem(status: number, code: string): Response {
  const body = { type: 'about:blank', title: code, status, code, request_id: 'r1' };
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/problem+json' } });
}

export function empty(status = 204): Response {
  return new Response(null, { status });
}
