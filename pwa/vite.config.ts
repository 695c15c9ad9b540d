import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { aliases } from './aliases.ts';

/** What the first paint needs lies in one file: together it compresses better than a dozen small ones. */
const first = new RegExp(
  [
    'src/(api/client|db/(database|live)|lib/ids|sync/(state|outbox|account))',
    'src/app/(App\\.svelte|install|preferences|router|routes|session|worker)',
    'src/i18n/(core\\.(svelte|vi)|icu|index|locale|messages)',
    'src/ui/(Announcer|Frame|Icon|TabBar|Toasts|announce|toasts|Button|EmptyState|ErrorState|Skeleton|types)',
    'node_modules/idb/',
    'vite/preload-helper',
  ].join('|'),
);
/** What most screens are made of, English apart: one file instead of forty small ones, each with its own request. */
const kit = /src\/(?:ui|lib|i18n|push|sync|db|api)\/(?!gallery|.*\.en\.ts)/;
const entrances = /\/(?:(?:Login|Activate)Screen|member)-/;

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    alias: aliases,
    // Vitest runs in Node, where Svelte would otherwise resolve to its server build.
    ...(process.env.VITEST ? { conditions: ['browser'] } : {}),
  },
  build: {
    outDir: '../backend/handbook/static/pwa',
    emptyOutDir: true,
    target: ['chrome109', 'firefox115', 'safari16'],
    assetsInlineLimit: 0,
    // The polyfill would be an inline-like extra script; the browsers we target preload modules themselves.
    modulePreload: {
      polyfill: false,
      // The list of what each page needs would lie in the first bytes; only pages that a member comes to from outside pay for it.
      resolveDependencies: (file, needed) => (entrances.test(file) ? needed : []),
    },
    sourcemap: false,
    manifest: 'build-manifest.json',
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'svelte', test: /node_modules\/(svelte|esm-env|clsx)\//, priority: 2 },
            { name: 'first', test: first, priority: 1 },
            { name: 'kit', test: kit, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    // The templates of agendas and the sentences of minutes are the server's.
    fs: { allow: ['.', '../backend/handbook/meetings', '../backend/handbook/minutes'] },
    proxy: {
      '/api': 'http://127.0.0.1:8000',
      '/healthz': 'http://127.0.0.1:8000',
      '/readyz': 'http://127.0.0.1:8000',
    },
  },
  test: {
    include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    environment: './tests/client-environment.ts',
    restoreMocks: true,
  },
});
