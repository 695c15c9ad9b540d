import globals from 'globals';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default tseslint.config(
  { ignores: ['node_modules/', 'src/api/schema.d.ts'] },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'fetch', message: 'src/api/client.ts is the only place that fetches.' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'max-lines': ['error', 250],
      // Asks for the resolver of SvelteKit, which this app does not use.
      'svelte/no-navigation-without-resolve': 'off',
      // Dates and addresses here are values made once, not things that change in place.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-useless-mustaches': 'off',
    },
  },
  {
    // What all features use knows none of them; and the features that others build upon use no other one.
    files: ['src/{api,db,i18n,lib,push,styles,sync,ui}/**', 'src/features/{activate,check-in,login,meeting,meeting-edit,notices,papers,resolutions,roll,settings}/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['$features/*'], message: 'Move what is shared to src/lib or src/ui.' }] }],
    },
  },
  { files: ['src/api/client.ts', 'src/sw/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['scripts/**', '*.ts', '*.js', 'tests/**'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off' } },
);
