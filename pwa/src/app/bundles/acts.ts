/** What a member does in a meeting and after it: votes, scores, opinions, tasks, and reads the minutes. */
export { default as VoteScreen } from '$features/ballots/VoteScreen.svelte';
export { default as MeetingBallots } from '$features/ballots/MeetingBallots.svelte';
export { default as ScoreScreen } from '$features/scores/ScoreScreen.svelte';
export { default as MeetingScoreCard } from '$features/scores/MeetingScoreCard.svelte';
export { default as OpinionsScreen } from '$features/opinions/OpinionsScreen.svelte';
export { default as TaskScreen } from '$features/tasks/TaskScreen.svelte';
export { default as MinutesScreen } from '$features/minutes/MinutesScreen.svelte';
