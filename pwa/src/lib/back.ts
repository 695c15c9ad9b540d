interface Held {
  step: number;
  released: boolean;
  close: () => void;
}

let last = 0;
/** What lies over the screen, the topmost at the end, and what has gone but whose step back is still on its way. */
const held: Held[] = [];

/**
 * For what lies over a screen: while it does, Back takes it away and stays on the screen. Returns what lets go of Back
 * again when it was closed in another way. The router asks `takeBack` before it opens what a step back leads to.
 */
export function holdBack(close: () => void): () => void {
  const mine: Held = { step: ++last, released: false, close };
  held.push(mine);
  history.pushState({ ...(history.state as object | null), over: mine.step }, '');
  return () => {
    if (mine.released) return;
    mine.released = true;
    // The way back goes over the step that was added, unless the person is on another page by now.
    if ((history.state as { over?: number } | null)?.over === mine.step) history.back();
    else held.splice(held.indexOf(mine), 1);
  };
}

/** Whether the step back that was just taken belongs to what lies over the screen, so that the screen stays as it is. */
export function takeBack(): boolean {
  // Listeners of a window are called in the order in which they came, whether they capture or not: none could stop the router's.
  const gone = held.findIndex((one) => one.released);
  const mine = gone < 0 ? held.pop() : held.splice(gone, 1)[0];
  if (!mine) return false;
  if (mine.released) return true;
  mine.released = true;
  mine.close();
  return true;
}
