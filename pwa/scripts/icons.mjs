// Draws the icons of the app from public/icons/icon.svg with Chromium: node scripts/icons.mjs (CHROMIUM=/usr/bin/chromium)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const icons = fileURLToPath(new URL('../public/icons', import.meta.url));
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const mark = readFileSync(join(icons, 'icon.svg'), 'utf8');
const badge = readFileSync(join(icons, 'badge.svg'), 'utf8');
const work = mkdtempSync(join(tmpdir(), 'icons-'));

/** [file, side in px, drawing, share of the side that the drawing takes, colour behind it] */
const wanted = [
  ['icon-192.png', 192, mark, 1, 'transparent'],
  ['icon-512.png', 512, mark, 1, 'transparent'],
  ['maskable-192.png', 192, mark, 0.72, '#9b1b1f'],
  ['maskable-512.png', 512, mark, 0.72, '#9b1b1f'],
  ['apple-touch-icon.png', 180, mark, 0.8, '#9b1b1f'],
  ['badge-96.png', 96, badge, 1, 'transparent'],
];

try {
  for (const [file, side, drawing, share, behind] of wanted) {
    const pad = (side * (1 - share)) / 2;
    const inner = drawing.replace('<svg ', `<svg style="position:absolute;left:${pad}px;top:${pad}px;width:${side * share}px;height:${side * share}px" `);
    const page = join(work, 'page.html');
    writeFileSync(page, `<!doctype html><html style="background:${behind}"><body style="margin:0">${inner}</body></html>`);
    execFileSync(chromium, [
      '--headless', '--no-sandbox', '--hide-scrollbars', '--force-device-scale-factor=1', '--default-background-color=00000000',
      `--user-data-dir=${join(work, 'profile')}`, `--window-size=${side},${side}`, `--screenshot=${join(icons, file)}`, `file://${page}`,
    ], { stdio: 'ignore' });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
