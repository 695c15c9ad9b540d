import { t } from './messages';

const STATES = ['open', 'overdue', 'done', 'not_done'] as const;

/** What a list of tasks without any says: of the state that was asked for, or that there are none at all. */
export function nothingOf(wanted: string): { title: string; text?: string } {
  const state = STATES.find((one) => one === wanted);
  return state ? { title: t(`list.empty.${state}`) } : { title: t('list.empty'), text: t('list.emptyText') };
}
