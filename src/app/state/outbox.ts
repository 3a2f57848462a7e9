// What waits to be sent, and the sending of it whenever the server can be reached.
import { effect, signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import { deliver, listOutbox } from '../../device/outbox.ts';
import type { OutboxItem } from '../../device/schema.ts';
import { online } from './connection.ts';
import type { Services } from './services.ts';

export const outbox = signal<readonly OutboxItem[]>([]);
/** Why the last delivery stopped; null when it did not. */
export const deliveryProblem = signal<Failure | null>(null);

export async function loadOutbox({ db }: Services): Promise<void> {
  outbox.value = await listOutbox(db);
}

/** Sends what waits; what cannot go stays. Never throws. */
export async function sendNow({ db, client }: Services, signal: AbortSignal): Promise<void> {
  try {
    await deliver(db, client, { signal });
    deliveryProblem.value = null;
  } catch (thrown) {
    deliveryProblem.value = toFailure(thrown);
  }
}

/** Sends at the start, whenever something was put in, and whenever the server answers again. */
export function startDelivery(open: Services, ended: AbortSignal): void {
  const stop = effect(() => {
    if (online.value !== false && outbox.value.length > 0) void sendNow(open, ended);
  });
  ended.addEventListener('abort', stop, { once: true });
}
