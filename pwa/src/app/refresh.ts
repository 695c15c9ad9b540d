import { problemText, t } from '$i18n';
import { syncNow } from '$sync/engine.svelte';
import { announce } from '$ui/announce.svelte';
import { showToast } from '$ui/toasts.svelte';

/** What the refresh button of every synced screen does: one pull, and one sentence about it. */
export async function refreshAll(): Promise<void> {
  const result = await syncNow();
  if (result.outcome === 'failed') showToast(problemText(result.code), { tone: 'warn' });
  else announce(result.outcome === 'changed' ? t('net.updated') : t('net.upToDate'));
}
