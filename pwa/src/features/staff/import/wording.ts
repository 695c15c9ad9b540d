import { locale, problemText } from '$i18n';
import { csvOf } from '../files';
import type { ImportProblem } from '../shapes';
import { t, vi } from './messages';
import type { Trouble } from './run.svelte';

type Key = keyof typeof vi;
const known = (key: string): key is Key => key in vi;

export function fieldName(field: string): string {
  const key = `field.${field}`;
  return known(key) ? t(key) : field;
}

export function codeName(code: string): string {
  const key = `code.${code}`;
  return known(key) ? t(key) : code;
}

/** How to mend a row. Of a duplicate the server's Vietnamese sentence names the other row. */
export function howToMend({ field, code, message }: ImportProblem): string {
  if (code === 'duplicate' && locale.language === 'vi' && message) return message;
  const particular = `mend.${field}.${code}`;
  const general = `mend.${code}`;
  if (known(particular)) return t(particular);
  return known(general) ? t(general) : message;
}

/** Why a file was not taken at all: its own reason, else the problem's general sentence. */
export function troubleText({ code, reason = code }: Trouble): string {
  const key = `file.${reason}`;
  return known(key) ? t(key) : problemText(code);
}

/** The problems as a table for Excel. */
export function problemsFile(problems: readonly ImportProblem[]): Blob {
  const head = [t('problems.sheet'), t('problems.row'), t('problems.field'), t('problems.code'), t('problems.mend')];
  return csvOf([
    head,
    ...problems.map((found) => [found.sheet, found.row, fieldName(found.field), codeName(found.code), howToMend(found)]),
  ]);
}
