let moment = $state(new Date());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The present moment, renewed every 20 seconds while a screen shows it. To be called while a component is set up. */
export function useNow(): { readonly value: Date } {
  $effect(() => {
    moment = new Date();
    if (users++ === 0) timer = setInterval(() => (moment = new Date()), 20_000);
    return () => {
      if (--users === 0) clearInterval(timer);
    };
  });
  return {
    get value() {
      return moment;
    },
  };
}
