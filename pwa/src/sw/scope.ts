/** The worker's own global, typed. */
export const worker = self as unknown as ServiceWorkerGlobalScope;

/** The path of `url` on this site; nothing for another site. */
export function ownPath(url: string): string {
  const parsed = new URL(url);
  return parsed.origin === worker.location.origin ? parsed.pathname : '';
}
