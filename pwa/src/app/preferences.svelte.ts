import { chooseLanguage, locale, type Language } from '$i18n';
import { readMeta, writeMeta } from '$db/database';

export const textSizes = [100, 115, 130, 150, 175, 200] as const;
export type TextSize = (typeof textSizes)[number];
export type Theme = 'system' | 'light' | 'dark';

interface Preferences {
  language: Language;
  textSize: TextSize;
  theme: Theme;
}

/** Choices of this device, not of a person: they stay when somebody logs out. */
const KEY = 'handbook.preferences';

const state = $state<Preferences>({ language: 'vi', textSize: 100, theme: 'system' });
export const preferences: Readonly<Preferences> = state;

function apply(): void {
  const root = document.documentElement;
  if (state.textSize === 100) delete root.dataset['textSize'];
  else root.dataset['textSize'] = String(state.textSize);
  if (state.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = state.theme;
}

/** Reads the choices of this device and shows them; waits for the words of another language. */
export async function loadPreferences(): Promise<void> {
  try {
    Object.assign(state, JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    localStorage.removeItem(KEY); // Damaged by hand or by another version: back to the defaults.
  }
  apply();
  if (state.language !== 'vi') await chooseLanguage(state.language);
}

export async function setPreferences(changes: Partial<Preferences>): Promise<void> {
  Object.assign(state, changes);
  localStorage.setItem(KEY, JSON.stringify(state));
  apply();
  if (changes.language) {
    await chooseLanguage(changes.language);
    // Its words come with the network.
    if (locale.language !== state.language) addEventListener('online', () => void chooseLanguage(state.language), { once: true });
    await tellWorker();
  }
}

/** Writes the choices again after a log-out, whose answer has the browser clear everything of this site. */
export function rememberPreferences(): void {
  localStorage.setItem(KEY, JSON.stringify(state));
}

/** The service worker makes the words of notifications and cannot read these choices itself. */
export async function tellWorker(): Promise<void> {
  const language = state.language === 'en' ? 'en' : 'vi';
  if ((await readMeta('language')) !== language) await writeMeta('language', language);
}
