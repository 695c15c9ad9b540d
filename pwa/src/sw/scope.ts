/** The worker's own global, typed. */
export const worker = self as unknown as ServiceWorkerGlobalScope;

/** Puts the path of `url` on this site, or null for another site. */
export function ownPath(url: string): string | null {
  const parsed = new URL(url);
  return parsed.origin === worker.location.origin ? parsed.pathname : null;
}
