import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { aliases } from './aliases.ts';

/** The service worker: one classic script at the root of the site, the version of the shell put in by scripts/build-worker.mjs. */
export default defineConfig({
  publicDir: false,
  resolve: { alias: { ...aliases, idb: fileURLToPath(new URL('./src/sw/idb.ts', import.meta.url)) } },
  define: {
    __SHELL_VERSION__: JSON.stringify(process.env.HANDBOOK_SHELL_VERSION ?? 'dev'),
  },
  build: {
    outDir: '../backend/handbook/static/pwa',
    emptyOutDir: false,
    target: ['chrome109', 'firefox115', 'safari16'],
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: 'src/sw/main.ts',
      output: { format: 'iife', entryFileNames: 'sw.js', codeSplitting: false },
    },
  },
});
