// The order in which the app comes to life: storage first, then what is on the device and its first answer, then the network.
import { computed, effect } from '@preact/signals';
import { route } from '../router.ts';
import { preloadScreens, whenIdle } from '../screen.tsx';
import { startServiceWorker, watchInstall } from './app-updates.ts';
import { followLink } from './downloads.ts';
import { refreshWhenItSuits, startCatalogue } from './catalogue.ts';
import { online } from './connection.ts';
import { currentModel, followAddress } from './current.ts';
import { firstAnswer } from './first-answer.ts';
import { followInvitations, pinInvited } from './invitation.ts';
import { startRuntime } from './offline-runtime.ts';
import { loadSamples } from './samples.ts';
import { followChanges, loadAll } from './refresh.ts';
import { openServices, type Services, startFailure } from './services.ts';
import { showLanguage } from './settings.ts';
import { toFailure } from '../../core/errors.ts';

const asksForAnAnswer = computed(() => route.value.place === 'use' && currentModel.value !== null);

export async function startApp(): Promise<void> {
  effect(showLanguage);
  watchInstall();
  followInvitations();
  const open = await openServices();
  if (!open) return;
  try {
    await loadAll(open);
  } catch (thrown) {
    startFailure.value = toFailure(thrown, 'StorageFailed');
    return;
  }
  followChanges(open);
  followLink();
  followAddress();
  effect(() => {
    if (currentModel.value !== null) void loadSamples(open);
  });
  await firstAnswer.wait(asksForAnAnswer);
  startNetwork(open);
  void startRuntime();
  void forgetDeadRuns();
  await startServiceWorker().catch((thrown: unknown) => {
    console.warn('haversack: no service worker, so no start without the network.', thrown);
  });
  preloadScreens();
  whenIdle(() => {
    computeForOthers(open).catch((thrown: unknown) => {
      console.warn('haversack: what answers other applications did not load.', thrown);
    });
  });
}

async function computeForOthers(open: Services): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { startTwin } = await import('../twin/start.ts');
  startTwin(open);
}

/** What a training run put aside whose tab died. Where it fails, the next run does it. */
async function forgetDeadRuns(): Promise<void> {
  const { deleteStaleRows } = await import('../../device/prefix-rows.ts');
  await deleteStaleRows().catch(() => undefined);
}

function startNetwork(open: Services): void {
  const ended = new AbortController();
  addEventListener('pagehide', event => {
    if (!event.persisted) ended.abort();
  });
  addEventListener('offline', () => {
    online.value = false;
  });
  // Nobody asked: only what the policies allow.
  addEventListener('online', refreshWhenItSuits);
  // Who was invited to a registry pins that one, and no other that happens to answer.
  pinInvited(open, ended.signal)
    .then(() => Promise.all([startCatalogue(open, ended.signal), deliver(open, ended.signal)]))
    .catch((thrown: unknown) => {
      console.warn('haversack: the part that talks to the registry did not load.', thrown);
    });
}

async function deliver(open: Services, ended: AbortSignal): Promise<void> {
  const { startDelivery } = await import('../../device/delivery.ts');
  startDelivery({ ...open, signal: ended });
}
