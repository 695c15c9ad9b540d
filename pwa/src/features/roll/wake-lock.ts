/** Keeps the screen on while a code is held up; returns the way to let go. Where the browser cannot, nothing happens. */
export function keepAwake(): () => void {
  const locks = (navigator as { wakeLock?: WakeLock }).wakeLock;
  if (!locks) return () => undefined;
  let held: WakeLockSentinel | null = null;
  let wanted = true;
  const take = (): void => {
    if (!wanted || document.visibilityState !== 'visible') return;
    locks.request('screen').then(
      (lock) => {
        if (wanted) held = lock;
        else void lock.release();
      },
      () => undefined, // Refused on a low battery: the hint on the screen still helps.
    );
  };
  take();
  // The system takes the lock away when the window is hidden.
  document.addEventListener('visibilitychange', take);
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', take);
    void held?.release();
  };
}
