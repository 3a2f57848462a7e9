// Hears of the registry's news, by events and by asking now and then, and has the device look each time.
import { pollIntervalMs, type RegistryEvent } from '../core/artifact/registry-api.ts';
import { toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import { backoffMs, sleep } from './backoff.ts';
import { postChange } from './changes.ts';
import { checkForUpdates, type CheckNews, type CheckOptions } from './check-updates.ts';
import { loadIdentity } from './identity.ts';
import { withLock } from './locks.ts';

const firstReconnectMs = 1_000;
const maxReconnectMs = 60_000;

export type UpdateNews =
  | CheckNews
  /** This device was approved, revoked, or given another role. */
  | { readonly type: 'device' }
  /** Whether the stream of news is open in this tab. */
  | { readonly type: 'listening'; readonly open: boolean };

export interface UpdatesOptions extends CheckOptions {
  readonly client: CheckOptions['client'] & Pick<RegistryClient, 'events'>;
  readonly onChange: (news: UpdateNews) => void;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}

export interface Updates {
  /** Looks now, and not only when there is news. */
  check(): void;
}

/**
 * Runs until `signal` aborts. One tab listens, for a browser has few connections to a server; the others hear of it by
 * `onChanges`, and one of them takes over when that tab closes.
 */
export function startUpdates(options: UpdatesOptions): Updates {
  const { onChange, signal } = options;
  const tell = (thrown: unknown) => {
    const failure = toFailure(thrown);
    if (failure.code !== 'Aborted') onChange({ type: 'failed', model: null, failure });
  };
  const check = oneAtATime(() => checkForUpdates(options).catch(tell), signal);
  self.addEventListener('online', check);
  signal.addEventListener('abort', () => self.removeEventListener('online', check), { once: true });
  withLock('updates', signal, () => listen(options, check)).catch(tell);
  check();
  return { check };
}

/** Asked for while it runs, it runs once more afterwards. */
function oneAtATime(work: () => Promise<void>, signal: AbortSignal): () => void {
  let running = false;
  let again = false;
  const loop = async () => {
    running = true;
    while (again && !signal.aborted) {
      again = false;
      await work();
    }
    running = false;
  };
  return () => {
    again = true;
    if (!running) void loop();
  };
}

/** Resolves when `signal` aborts: the lock is held as long. Asks now and then while the stream is down. */
async function listen(options: UpdatesOptions, check: () => void): Promise<void> {
  const { db, client, onChange, signal, pollMs = pollIntervalMs } = options;
  const { keyId } = await loadIdentity(db);
  let open = false;
  let attempt = 0;
  const setOpen = (next: boolean) => {
    if (next !== open) onChange({ type: 'listening', open: next });
    open = next;
  };
  const polling = setInterval(() => {
    if (!open) check();
  }, pollMs);
  try {
    for (; !signal.aborted; attempt += 1) {
      await client
        .events({
          signal,
          onOpen: () => {
            attempt = 0;
            setOpen(true);
            // What happened while nobody listened: news, and perhaps an approval that the outbox waits for.
            check();
            postChange('outbox');
          },
          onEvent: event => {
            hear(event, keyId, options, check);
          },
        })
        .catch((thrown: unknown) => {
          const failure = toFailure(thrown);
          if (failure.code !== 'Offline') onChange({ type: 'failed', model: null, failure });
        });
      setOpen(false);
      await sleep(backoffMs(attempt, firstReconnectMs, maxReconnectMs), signal);
    }
  } finally {
    clearInterval(polling);
  }
}

function hear(event: RegistryEvent, keyId: string, { onChange }: UpdatesOptions, check: () => void): void {
  if (event.type === 'alias' || event.type === 'version') {
    check();
  } else if (event.type === 'device' && event.id === keyId) {
    onChange({ type: 'device' });
    // What waited for an approval may go now.
    postChange('outbox');
  }
}
