/** The room: running a meeting, its roll by name, by sheet and by camera. */
export { default as RoomScreen } from '$features/room/RoomScreen.svelte';
export { default as RollSheetScreen } from '$features/roll/SheetScreen.svelte';
export { default as ReverseScanScreen } from '$features/reverse-scan/ReverseScanScreen.svelte';
