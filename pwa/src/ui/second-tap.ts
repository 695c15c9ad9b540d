/** How long a trembling finger takes for the same tap again, in milliseconds. */
const AGAIN = 500;

/**
 * After a tap that took away what it hit: the second of a double tap would land on what lay beneath, and is not meant
 * for it. Keys and single taps pass.
 */
export function ignoreSecondTap(): void {
  const stray = (event: MouseEvent): void => {
    if (event.detail < 2) return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('click', stray, { capture: true });
  setTimeout(() => removeEventListener('click', stray, { capture: true }), AGAIN);
}
