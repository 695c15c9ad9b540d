/** What comes of a meeting and is kept by its secretary: votes by phone, resolutions, tasks, scores. */
export { default as BallotsScreen } from '$features/ballots/manage/BallotsScreen.svelte';
export { default as ResolutionEditScreen } from '$features/chapter/ResolutionEditScreen.svelte';
export { default as ChapterTasksScreen } from '$features/chapter/TasksScreen.svelte';
export { default as ChapterScoreScreen } from '$features/chapter/ScoreScreen.svelte';
export { default as ResolutionActs } from '$features/chapter/ResolutionActs.svelte';
export { default as ResolutionDoubts } from '$features/chapter/ResolutionDoubts.svelte';
