import { isCoreKey, locale, number, stamp, t as core } from '$i18n';
import { syncState } from '$sync/engine.svelte';
import { t } from './messages';
import type { View } from './view.svelte';

/** "96,9 %" of 0.969; a dash where nobody was due. */
export function percent(rate: number | null): string {
  return rate === null ? '–' : `${number(Math.round(rate * 1000) / 10)}\u00a0%`;
}

/** A core word whose key comes from data; the data itself when there is no such word. */
export function coreWord(key: string, otherwise: string): string {
  return isCoreKey(key) ? core(key) : otherwise;
}

/** The text with a capital at its start, for a word that stands alone. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale.tag) + text.slice(1);
}

/** The quiet line of a screen that reads `view`: how fresh it is. */
export function freshness(view: View<unknown>): string | undefined {
  if (!view.fetchedAt) return undefined;
  const time = stamp(view.fetchedAt);
  if (view.code === 'network' || (!syncState.online && view.code !== null)) return t('staff.offline', { time });
  return view.code === null ? t('staff.updated', { time }) : t('staff.stale', { time });
}
