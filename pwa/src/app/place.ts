/** How long a screen may take to become as tall as it was, in milliseconds. */
const PATIENCE = 3_000;
/** What the person does: from then on the place is theirs. */
const OWN = ['pointerdown', 'wheel', 'keydown'] as const;

let stop = (): void => undefined;

/**
 * Shows the page at `top`, in pixels, as it was left. A screen reads the phone's store first and is short until then, so it is tried
 * anew whenever the page grows, until it is there, the person does something, or another place is asked for.
 */
export function showAt(top: number): void {
  stop();
  scrollTo(0, top);
  if (scrollY >= top - 1) return;
  const grown = new ResizeObserver(() => {
    scrollTo(0, top);
    if (scrollY >= top - 1) stop();
  });
  const late = setTimeout(() => { stop(); }, PATIENCE);
  stop = () => {
    stop = () => undefined;
    grown.disconnect();
    clearTimeout(late);
    for (const name of OWN) removeEventListener(name, theirs);
  };
  const theirs = stop;
  for (const name of OWN) addEventListener(name, theirs, { passive: true });
  grown.observe(document.body);
}
