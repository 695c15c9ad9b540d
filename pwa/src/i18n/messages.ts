import { formatMessage, type Params } from './icu';
import { applyLanguage, locale, type Language } from './locale.svelte';

export type Catalogue = Record<string, string>;
export type Translate<V extends Catalogue> = (key: keyof V & string, params?: Params) => string;

interface Bundle {
  vi: Catalogue;
  other: Catalogue | null;
  loadEnglish: () => Promise<Catalogue>;
}

const bundles: Bundle[] = [];

/**
 * Makes the `t` of one feature. Vietnamese comes with the feature's own code; English is fetched only when it is the
 * chosen language, before the feature's first screen is shown (`messagesReady`).
 */
export function defineMessages<V extends Catalogue>(
  vi: V, loadEnglish: () => Promise<Record<keyof V & string, string>>,
): Translate<V> {
  const bundle: Bundle = { vi, other: null, loadEnglish };
  bundles.push(bundle);
  return (key, params) => {
    const catalogue = locale.language === 'vi' ? vi : (bundle.other ?? vi);
    return formatMessage(catalogue[key] ?? vi[key] ?? key, params ?? {}, locale.tag);
  };
}

async function fill(bundle: Bundle, language: Language): Promise<void> {
  if (language === 'en') {
    bundle.other = await bundle.loadEnglish();
  } else {
    const { pseudo } = await import('./pseudo');
    bundle.other = Object.fromEntries(Object.entries(bundle.vi).map(([key, text]) => [key, pseudo(text)]));
  }
}

/** Waits until the words of everything loaded so far are there in `language`. Offline, Vietnamese stands in. */
export async function messagesReady(language: Language = locale.language): Promise<void> {
  if (language === 'vi') return;
  await Promise.allSettled(bundles.filter((bundle) => bundle.other === null).map((bundle) => fill(bundle, language)));
}

/** Changes the language of everything on the screen. */
export async function chooseLanguage(language: Language): Promise<void> {
  for (const bundle of bundles) bundle.other = null;
  await messagesReady(language);
  // Without the words, Vietnamese stands in: then its dates do too.
  applyLanguage(bundles[0]?.other ? language : 'vi');
}
