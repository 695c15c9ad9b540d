import { fileURLToPath } from 'node:url';

const source = (folder: string): string => fileURLToPath(new URL(`./src/${folder}`, import.meta.url));

/** Import aliases, one per folder of src; the same names stand in tsconfig.json. */
export const aliases = {
  $app: source('app'),
  $api: source('api'),
  $db: source('db'),
  $sync: source('sync'),
  $push: source('push'),
  $i18n: source('i18n'),
  $lib: source('lib'),
  $ui: source('ui'),
  $styles: source('styles'),
  $features: source('features'),
};
