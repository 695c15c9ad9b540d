/** Preparing a meeting: the schedule, the draft with its agenda, templates, and what members sent beforehand. */
export { default as ScheduleScreen } from '$features/prepare/ScheduleScreen.svelte';
export { default as NewMeetingScreen } from '$features/meeting-edit/NewMeetingScreen.svelte';
export { default as EditMeetingScreen } from '$features/meeting-edit/EditMeetingScreen.svelte';
export { default as TemplatesScreen } from '$features/meeting-edit/TemplatesScreen.svelte';
export { default as SortScreen } from '$features/opinions/SortScreen.svelte';
