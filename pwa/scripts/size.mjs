// Weighs the build against its budgets (gzip) and fails when one is over.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const out = fileURLToPath(new URL('../../backend/handbook/static/pwa', import.meta.url));
const reports = fileURLToPath(new URL('../../build/pwa', import.meta.url));
const KB = 1024;
const gzipped = (path) => gzipSync(readFileSync(join(out, path)), { level: 9 }).length;

if (!existsSync(join(reports, 'manifest.json'))) {
  console.error('There is no build to weigh: run "npm run build" first.');
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(join(reports, 'manifest.json'), 'utf8'));
const shell = JSON.parse(readFileSync(join(reports, 'shell.json'), 'utf8'));

/** A chunk and everything it imports at once. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const initial = [...closure(entry)].map((key) => manifest[key]);
const initialFiles = new Set(initial.map((chunk) => chunk.file));
const initialCss = new Set(initial.flatMap((chunk) => chunk.css ?? []));
const sum = (paths) => [...paths].reduce((total, path) => total + gzipped(path), 0);
const lazy = [...new Set(Object.values(manifest).map((chunk) => chunk.file))]
  .filter((file) => file.endsWith('.js') && !initialFiles.has(file) && !/\/pdf/.test(file))
  .map((file) => ({ file, bytes: gzipped(file) }))
  .sort((a, b) => b.bytes - a.bytes);

const rows = [
  { id: 'initial-js', value: sum(initialFiles), limit: 40 * KB },
  { id: 'initial-css', value: sum(initialCss), limit: 6 * KB },
  { id: 'service-worker', value: gzipped('sw.js'), limit: 5 * KB },
  { id: 'largest-lazy-chunk', value: lazy[0]?.bytes ?? 0, limit: 30 * KB, file: lazy[0]?.file },
  { id: 'precache', value: sum(shell.map((path) => path.slice(1))), limit: 150 * KB },
];
const kb = (bytes) => `${(bytes / KB).toFixed(1)} KB`;
for (const row of rows) {
  const verdict = row.value <= row.limit ? 'ok' : `OVER by ${kb(row.value - row.limit)}`;
  console.log(`${row.id.padEnd(20)} ${kb(row.value).padStart(9)} of ${kb(row.limit).padStart(9)}  ${verdict}${row.file ? `  ${row.file}` : ''}`);
}
mkdirSync(reports, { recursive: true });
writeFileSync(join(reports, 'size.json'), `${JSON.stringify(rows, null, 1)}\n`);
if (rows.some((row) => row.value > row.limit)) process.exit(1);
