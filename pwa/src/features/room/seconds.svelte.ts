/** The present moment in milliseconds, renewed every second while a screen shows a clock. To be called while a component is set up. */
export function useSeconds(): { readonly value: number } {
  let moment = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (moment = Date.now()), 1000);
    return () => clearInterval(timer);
  });
  return {
    get value() {
      return moment;
    },
  };
}
