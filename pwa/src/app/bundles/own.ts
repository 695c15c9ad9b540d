/** What a member looks up: documents, the own record, and the settings of this device. */
export { default as DocumentsScreen } from '$features/resolutions/DocumentsScreen.svelte';
export { default as ResolutionScreen } from '$features/resolutions/ResolutionScreen.svelte';
export { default as MeScreen } from '$features/me/MeScreen.svelte';
export { default as RecordScreen } from '$features/me/RecordScreen.svelte';
export { default as AttendanceScreen } from '$features/me/AttendanceScreen.svelte';
export { default as OwnTasksScreen } from '$features/me/TasksScreen.svelte';
export { default as AccessLogScreen } from '$features/me/AccessLogScreen.svelte';
export { default as OutboxScreen } from '$features/settings/OutboxScreen.svelte';
export { default as DisplayScreen } from '$features/settings/DisplayScreen.svelte';
export { default as NotificationsScreen } from '$features/settings/NotificationsScreen.svelte';
export { default as DevicesScreen } from '$features/settings/DevicesScreen.svelte';
export { default as CalendarScreen } from '$features/settings/CalendarScreen.svelte';
export { default as PasswordScreen } from '$features/settings/PasswordScreen.svelte';
export { default as LogOutScreen } from '$features/settings/LogOutScreen.svelte';
