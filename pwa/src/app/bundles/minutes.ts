/** Writing minutes and reading them back. */
export { default as MinutesEditScreen } from '$features/minutes/MinutesEditScreen.svelte';
export { default as ReadBackScreen } from '$features/minutes/ReadBackScreen.svelte';
