let last = 0;

/**
 * For what lies over a screen: while it does, Back takes it away and stays on the screen. Returns what lets go of Back
 * again when it was closed in another way. The window's own listeners for `popstate` do not hear of either.
 */
export function holdBack(close: () => void): () => void {
  const mine = ++last;
  let released = false;
  const heard = (event: PopStateEvent): void => {
    event.stopImmediatePropagation();
    removeEventListener('popstate', heard, { capture: true });
    if (released) return;
    released = true;
    close();
  };
  history.pushState({ ...(history.state as object | null), over: mine }, '');
  addEventListener('popstate', heard, { capture: true });
  return () => {
    if (released) return;
    released = true;
    // The way back goes over the step that was added, unless the person is on another page by now.
    if ((history.state as { over?: number } | null)?.over === mine) history.back();
    else removeEventListener('popstate', heard, { capture: true });
  };
}
