// The app itself: its service worker, a new build that waits for a yes, and the browser's offer to install.
import { signal } from '@preact/signals';
import { quietNetwork } from './quiet-network.ts';

/** Chromium's event, which the DOM's types do not have. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

export const buildWaiting = signal(false);
/** After the yes, until the page loads again. */
export const buildComing = signal(false);
export const installEvent = signal<InstallEvent | null>(null);

let take: (() => Promise<void>) | null = null;

/** Reloads with the new build, once it has taken over. */
export function takeBuild(): void {
  buildComing.value = true;
  void take?.();
}
export function dismissBuild(): void {
  buildWaiting.value = false;
}

export async function offerInstall(): Promise<void> {
  const event = installEvent.value;
  installEvent.value = null;
  await event?.prompt();
}

export function watchInstall(): void {
  addEventListener('beforeinstallprompt', event => {
    event.preventDefault();
    installEvent.value = event as InstallEvent;
  });
  addEventListener('appinstalled', () => {
    installEvent.value = null;
  });
}

/** Registers the service worker of a built app; in development there is none. */
export async function startServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { Workbox } = await import('workbox-window');
  const workbox = new Workbox('/sw.js');
  workbox.addEventListener('waiting', () => {
    buildWaiting.value = true;
  });
  // Only after the reader's yes: the first install takes this page over too, and must not reload it.
  take = async () => {
    workbox.addEventListener('controlling', () => location.reload());
    // Chromium has the new build wait, 30 seconds at least, where a request restarts the old one just as it ends.
    await quietNetwork();
    const registration = await navigator.serviceWorker.getRegistration();
    // Another tab's yes may have come before: then the new build is here already.
    if (registration?.waiting) workbox.messageSkipWaiting();
    else location.reload();
  };
  const registration = await workbox.register();
  const { goOnInBackground } = await import('./background.ts');
  if (registration) goOnInBackground(registration);
}
