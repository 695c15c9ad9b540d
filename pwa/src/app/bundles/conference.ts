/** A meeting at many sites, for who runs it and who looks after one. */
export { default as SitesScreen } from '$features/conference/SitesScreen.svelte';
export { default as DelegateImportScreen } from '$features/conference/ImportScreen.svelte';
export { default as RollScreen } from '$features/conference/RollScreen.svelte';
export { default as SiteScreen } from '$features/conference/SiteScreen.svelte';
export { default as HostScreen } from '$features/conference/HostScreen.svelte';
export { default as RoomSites } from '$features/conference/RoomSites.svelte';
export { default as RunConference } from '$features/conference/RunConference.svelte';
