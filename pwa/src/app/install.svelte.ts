interface InstallEvent extends Event {
  prompt(): Promise<void>;
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

/** Counts of this device, nothing about a person. */
const VISITS = 'handbook.visits';
const DISMISSED = 'handbook.install-dismissed';
const REST = 60 * 86_400_000;
/** A visit is useful once this many screens were opened. */
const SCREENS = 3;
const USEFUL_VISITS = 2;

let offered: InstallEvent | null = null;
let screens = 0;
const state = $state<{ offer: 'none' | 'prompt' | 'ios' }>({ offer: 'none' });

/** Whether to offer to put the app on the home screen, and how. */
export const installState: Readonly<typeof state> = state;

function standalone(): boolean {
  return matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true;
}

/** No browser offers it there, so the way is told. An iPad that shows pages as a desk does calls itself a Mac. */
function isIos(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
}

export function startInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offered = event as InstallEvent;
  });
  addEventListener('appinstalled', () => {
    offered = null;
    state.offer = 'none';
  });
}

/** To be told of every screen that a logged-in member opens; the offer comes with the second useful visit. */
export function countScreen(): void {
  screens++;
  if (screens < SCREENS || standalone()) return;
  let visits = Number(localStorage.getItem(VISITS) ?? '0');
  if (screens === SCREENS) localStorage.setItem(VISITS, String(++visits));
  const dismissed = Number(localStorage.getItem(DISMISSED) ?? '0');
  if (visits < USEFUL_VISITS || Date.now() - dismissed < REST) return;
  state.offer = offered ? 'prompt' : isIos() ? 'ios' : 'none';
}

export async function install(): Promise<void> {
  const event = offered;
  offered = null;
  state.offer = 'none';
  if (!event) return;
  await event.prompt();
  if ((await event.userChoice).outcome === 'dismissed') localStorage.setItem(DISMISSED, String(Date.now()));
}

export function dismissInstall(): void {
  localStorage.setItem(DISMISSED, String(Date.now()));
  state.offer = 'none';
}
