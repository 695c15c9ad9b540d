/** What staff watch: attendance over the tree, down to a cell and a meeting. */
export { default as StaffScreen } from '$features/staff/StaffScreen.svelte';
export { default as StaffMeetingScreen } from '$features/staff/StaffMeetingScreen.svelte';
