import type { Meeting } from '$api/shapes';
import { timeAndDay } from '$i18n';
import { t, vi } from './messages';

/** What is unusual about a meeting, as sentences that say what to do, none twice. What an older version has kept is left out. */
export function warningTexts(meeting: Meeting): string[] {
  const texts = (meeting.warnings ?? []).flatMap((warning) => {
    const key = `warn.${warning.code}`;
    if (typeof warning !== 'object' || !(key in vi)) return [];
    return [t(key as keyof typeof vi, wordsOf(warning.params, meeting.timezone) as never)];
  });
  return [...new Set(texts)];
}

function wordsOf(params: Record<string, unknown>, zone: string): Record<string, string | number> {
  const words: Record<string, string | number> = { combines: String(params['combines'] === true) };
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) words[name] = value.join(', ');
    else if (typeof value === 'string' || typeof value === 'number') words[name] = name === 'year' ? String(value) : value;
  }
  const starts = params['starts_at'];
  if (typeof starts === 'string') words['when'] = timeAndDay(starts, zone);
  return words;
}
