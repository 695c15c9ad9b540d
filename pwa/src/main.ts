import { mount } from 'svelte';
import '$styles/base.css';
import App from '$app/App.svelte';
import { startInstall } from '$app/install.svelte';
import { loadPreferences } from '$app/preferences.svelte';
import { startRouter } from '$app/router.svelte';
import { startSession } from '$app/session.svelte';
import { loadProblems } from '$i18n';
import { startWorker } from '$app/worker.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('The document has no element "app".');

startInstall();
await loadPreferences();
mount(App, { target });
startRouter();
await startSession();
await loadProblems();
await startWorker();
await (await import('$push/subscription')).refreshSubscription();
