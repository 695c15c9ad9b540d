import { onChange } from './database';
import type { StoreName } from './schema';

export interface Live<T> {
  /** The latest answer; undefined until the first one is there. */
  readonly value: T | undefined;
  readonly ready: boolean;
}

/**
 * A query over the phone's own data that answers again whenever one of `stores` changes, or when something reactive
 * that `query` reads before its first `await` changes. To be called while a component is being set up.
 */
export function live<T>(stores: readonly StoreName[], query: () => Promise<T>): Live<T> {
  let value = $state.raw<T | undefined>(undefined);
  let ready = $state(false);
  $effect(() => {
    let current = 0;
    let stopped = false;
    const run = (): void => {
      const turn = ++current;
      query().then(
        (answer) => {
          if (stopped || turn !== current) return;
          value = answer;
          ready = true;
        },
        (error: unknown) => {
          if (!stopped) reportError(error);
        },
      );
    };
    run();
    const stop = onChange((changed) => {
      if (changed.some((name) => stores.includes(name))) run();
    });
    return () => {
      stopped = true;
      stop();
    };
  });
  return {
    get value() {
      return value;
    },
    get ready() {
      return ready;
    },
  };
}
