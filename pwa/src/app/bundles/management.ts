/** What staff keep in order: members, imports, activation sheets, settings, deliveries, tasks, the score sheet. */
export { default as StaffMembersScreen } from '$features/staff/members/MembersScreen.svelte';
export { default as MemberScreen } from '$features/staff/members/MemberScreen.svelte';
export { default as RosterImportScreen } from '$features/staff/import/ImportScreen.svelte';
export { default as SheetsScreen } from '$features/staff/sheets/SheetsScreen.svelte';
export { default as SettingsScreen } from '$features/staff/rules/SettingsScreen.svelte';
export { default as DeliveriesScreen } from '$features/staff/deliveries/DeliveriesScreen.svelte';
export { default as StaffTasksScreen } from '$features/staff/tasks/TasksScreen.svelte';
export { default as ScoreSheetScreen } from '$features/staff/scores/SheetScreen.svelte';
