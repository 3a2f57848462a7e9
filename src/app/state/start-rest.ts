// What the page does when its first answer is there: the network, what is needed offline, the other screens, other applications.
import { preloadScreens, whenIdle } from '../screen.tsx';
import { startServiceWorker } from './app-updates.ts';
import { refreshWhenItSuits, startCatalogue } from './catalogue.ts';
import { online } from './connection.ts';
import { pinInvited } from './invitation.ts';
import { startRuntime } from './offline-runtime.ts';
import type { Services } from './services.ts';

export async function startRest(open: Services): Promise<void> {
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
