import { tick } from 'svelte';
import type { FieldErrors, FieldName } from './form';
import { t } from './messages';

/** Shows the first field that needs mending, else the sentence about what went wrong, and puts the focus there. */
export async function goToFirstError(): Promise<void> {
  await tick();
  const field = document.querySelector<HTMLElement>('main [aria-invalid="true"], main .failure');
  field?.scrollIntoView({ block: 'center' });
  field?.focus({ preventScroll: true });
}

const LABELS: Record<FieldName, Parameters<typeof t>[0]> = {
  title: 'edit.name', date: 'edit.date', start: 'edit.start', end: 'edit.end', place: 'edit.place',
  online_url: 'edit.link', agenda: 'agenda.title',
};

/** The fields that need mending, by name, for the line beside the main act. */
export function namesOf(errors: FieldErrors): string {
  return (Object.keys(errors) as FieldName[]).map((name) => t(LABELS[name])).join(', ');
}
