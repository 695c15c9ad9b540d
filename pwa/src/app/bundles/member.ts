/** What a member opens before a meeting and in it: on every phone before the app starts without a network. */
export { default as TodayScreen } from '$features/today/TodayScreen.svelte';
export { default as MeetingsScreen } from '$features/meetings/MeetingsScreen.svelte';
export { default as MeetingScreen } from '$features/meeting/MeetingScreen.svelte';
export { default as AbsenceScreen } from '$features/meeting/AbsenceScreen.svelte';
export { default as PaperScreen } from '$features/papers/PaperScreen.svelte';
export { default as ScanScreen } from '$features/check-in/ScanScreen.svelte';
export { default as CheckInLinkScreen } from '$features/check-in/CheckInLinkScreen.svelte';
export { default as NoticesScreen } from '$features/notices/NoticesScreen.svelte';
