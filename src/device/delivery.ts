// Keeps the outbox moving: delivers when something is queued, when the network returns, and now and then.
import { toFailure } from '../core/errors.ts';
import { backoffMs } from '../client/wait.ts';
import { onChanges } from './changes.ts';
import type { Database } from './db.ts';
import { deliver, type DeliveryClient, isWaiting, listOutbox } from './outbox.ts';

const firstRetryMs = 2_000;
const maxRetryMs = 5 * 60_000;

export interface DeliveryOptions {
  readonly db: Database;
  readonly client: DeliveryClient;
  readonly signal: AbortSignal;
}

/** Runs until `signal` aborts. Why something waits is in its row (`lastError`), not thrown. */
export function startDelivery({ db, client, signal }: DeliveryOptions): void {
  let attempt = 0;
  let running = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const run = async () => {
    clearTimeout(timer);
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await deliver(db, client, { signal });
      attempt = 0;
    } catch (thrown) {
      if (toFailure(thrown).code === 'Aborted') return;
      timer = setTimeout(start, backoffMs(attempt, firstRetryMs, maxRetryMs));
      attempt += 1;
    } finally {
      running = false;
    }
    if (again && !signal.aborted) {
      again = false;
      if ((await listOutbox(db)).some(isWaiting)) start();
    }
  };
  const start = () => {
    run().catch((thrown: unknown) => {
      console.warn('haversack: delivery stopped.', thrown);
    });
  };
  const stopListening = onChanges(change => {
    if (change.type === 'outbox') start();
  });
  self.addEventListener('online', start);
  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer);
      stopListening();
      self.removeEventListener('online', start);
    },
    { once: true },
  );
  start();
}
