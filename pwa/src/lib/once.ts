/** An act that begins anew only when it has ended: a second tap on its button, meant or not, is no second act. */
export function once<Given extends unknown[]>(act: (...given: Given) => Promise<void>): (...given: Given) => Promise<void> {
  let under: Promise<void> | null = null;
  return (...given) =>
    (under ??= act(...given).finally(() => {
      under = null;
    }));
}
