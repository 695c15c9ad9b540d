export { defineMessages, messagesReady, chooseLanguage, type Translate } from './messages';
export { t, problemText, loadProblems } from './core';
export { locale, languages, type Language } from './locale.svelte';
export * from './dates';
