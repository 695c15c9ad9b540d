import type { Environment } from 'vitest/runtime';

/** Node, with modules made as for a browser: effects run, which Svelte's build for servers leaves out. */
export default { name: 'client', viteEnvironment: 'client', setup: () => ({ teardown: () => undefined }) } satisfies Environment;
