// The order in which the app comes to life: storage first, then what is on the device, then the network.
import { effect } from '@preact/signals';
import { startUpdates } from '../../device/updates.ts';
import { preloadScreens } from '../screen.tsx';
import { startServiceWorker, watchInstall } from './app-updates.ts';
import { refresh } from './catalogue.ts';
import { online } from './connection.ts';
import { followAddress } from './current.ts';
import { startDelivery } from './outbox.ts';
import { followChanges, loadAll } from './refresh.ts';
import { openServices, type Services, startFailure } from './services.ts';
import { showLanguage } from './settings.ts';
import { noteSwap } from './swaps.ts';
import { toFailure } from '../../core/errors.ts';

export async function startApp(): Promise<void> {
  effect(showLanguage);
  watchInstall();
  const open = await openServices();
  if (!open) return;
  try {
    await loadAll(open);
  } catch (thrown) {
    startFailure.value = toFailure(thrown, 'StorageFailed');
    return;
  }
  followChanges(open);
  followAddress();
  startNetwork(open);
  await startServiceWorker().catch((thrown: unknown) => {
    console.warn('haversack: no service worker, so no start without the network.', thrown);
  });
  preloadScreens();
}

function startNetwork(open: Services): void {
  const ended = new AbortController();
  addEventListener('pagehide', event => {
    if (!event.persisted) ended.abort();
  });
  addEventListener('offline', () => {
    online.value = false;
  });
  addEventListener('online', () => void refresh());
  void refresh();
  startUpdates({ ...open, onChange: noteSwap, signal: ended.signal });
  startDelivery(open, ended.signal);
}
