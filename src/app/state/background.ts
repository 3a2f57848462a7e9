// Asks the browser to go on while this app is closed, where it can (Background Sync, Periodic Background Sync: Chromium).
// Elsewhere a page's own timers do it, while one is open.
import { effect } from '@preact/signals';
import { outboxTag, updatesTag } from '../../device/background-tags.ts';
import { isWaiting } from '../../device/outbox-items.ts';
import { checkEveryMs } from '../../device/policies.ts';
import { online } from './connection.ts';
import { outbox } from './outbox.ts';
import { policies } from './updates.ts';

/** What TypeScript's library does not have, for not every browser does. */
interface BackgroundSync {
  readonly sync?: { register(tag: string): Promise<void> };
  readonly periodicSync?: { register(tag: string, options: { minInterval: number }): Promise<void> };
}

/** To be called once there is a service worker. Refusals are no loss: then it goes on with the next page. */
export function goOnInBackground(registration: ServiceWorkerRegistration & BackgroundSync): void {
  const deliverLater = () => {
    if (outbox.value.some(isWaiting)) registration.sync?.register(outboxTag).catch(() => undefined);
  };
  effect(() => {
    if (online.value === false) deliverLater();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') deliverLater();
  });
  effect(() => {
    if (policies.value.size > 0) void lookLater(registration, checkEveryMs(policies.value));
  });
}

/** Granted to installed apps by how much they are used; never asked of the user. */
async function lookLater({ periodicSync }: BackgroundSync, minInterval: number): Promise<void> {
  const name = 'periodic-background-sync' as PermissionName;
  const permission = await navigator.permissions.query({ name }).catch(() => null);
  if (permission?.state !== 'granted') return;
  await periodicSync?.register(updatesTag, { minInterval }).catch(() => undefined);
}
