// Writes the list of the files that were just built, and builds the service worker with a version made of their contents.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, '../backend/handbook/static/pwa');
const reports = join(root, '../build/pwa');

/** Not fetched before the app may start: the worker keeps these from their first use on, and src/app/warm.ts uses what
 *  members need without a network, and those of a secretary or of staff, as soon as the app stands. */
const onDemand = /src\/app\/bundles\/(?!member|own)|src\/features\/(staff|chapter|conference)\/|qr\/decode|src\/ui\/gallery\/|\.en\.ts$|i18n\/pseudo|pdf/;

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

mkdirSync(reports, { recursive: true });
renameSync(join(out, 'build-manifest.json'), join(reports, 'manifest.json'));

const manifest = JSON.parse(readFileSync(join(reports, 'manifest.json'), 'utf8'));

/** Every file that the entry and the screens fetched ahead can ask for. */
function reachable(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  const { imports = [], dynamicImports = [] } = manifest[key];
  for (const next of [...imports, ...dynamicImports.filter((name) => !onDemand.test(name))]) reachable(next, seen);
  return seen;
}
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const needed = new Set(
  [...reachable(entry)].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? []), ...(manifest[key].assets ?? [])]),
);
const shell = files(out)
  .map((file) => relative(out, file))
  .filter((path) => path !== 'sw.js' && path !== 'index.html' && !/\.(gz|br)$/.test(path))
  .filter((path) => (path.startsWith('assets/') ? needed.has(path) : !/^icons\/(maskable|icon-512|apple)/.test(path)))
  .map((path) => `/${path}`)
  .sort();
const version = createHash('sha256');
for (const path of ['/index.html', ...shell]) version.update(path).update(readFileSync(join(out, path)));

const name = version.digest('hex').slice(0, 12);
writeFileSync(join(out, `assets/shell-${name}.json`), JSON.stringify(shell));
process.env.HANDBOOK_SHELL_VERSION = name;
await build({ root, configFile: join(root, 'vite.worker.config.ts'), logLevel: 'warn' });
writeFileSync(join(reports, 'shell.json'), `${JSON.stringify(['/index.html', ...shell], null, 1)}\n`);
