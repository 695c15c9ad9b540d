/**
 * Whether the screen's main part is at least this wide, in rem of the reader's own text size: for parts that are drawn
 * in another way, not only laid out in another way. To be called while a component is being set up.
 */
export function hasRoom(rem: number): { readonly value: boolean } {
  const measure = (): boolean => {
    const width = document.querySelector('main')?.clientWidth ?? innerWidth;
    return width >= rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
  };
  let value = $state(measure());
  $effect(() => {
    const watch = new ResizeObserver(() => (value = measure()));
    watch.observe(document.querySelector('main') ?? document.body);
    return () => watch.disconnect();
  });
  return {
    get value() {
      return value;
    },
  };
}
