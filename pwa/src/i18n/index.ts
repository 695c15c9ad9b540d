export { defineMessages, messagesReady, chooseLanguage, type Translate } from './messages';
export { t, isCoreKey, problemText, loadProblems } from './core.svelte';
export { locale, languages, type Language } from './locale.svelte';
export * from './dates';
