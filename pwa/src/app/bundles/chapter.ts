/** A secretary's cell and its meetings: members, convening, reminders. */
export { default as ChapterScreen } from '$features/chapter/ChapterScreen.svelte';
export { default as ChapterMembersScreen } from '$features/chapter/MembersScreen.svelte';
export { default as ManageScreen } from '$features/chapter/ManageScreen.svelte';
export { default as RemindersScreen } from '$features/chapter/RemindersScreen.svelte';
