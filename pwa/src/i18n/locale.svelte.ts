export const languages = ['vi', 'en'] as const;
export type Language = (typeof languages)[number] | 'qps';

let current = $state<Language>('vi');

/** The language of the screen; reading it in a component follows its changes. */
export const locale = {
  get language(): Language {
    return current;
  },
  /** For Intl: English dates in the order people here are used to. */
  get tag(): string {
    return current === 'en' ? 'en-GB' : 'vi-VN';
  },
};

export function applyLanguage(language: Language): void {
  current = language;
  if (typeof document !== 'undefined') document.documentElement.lang = language === 'qps' ? 'vi' : language;
}
