// Hears of the registry's news, by events and by asking now and then, and has the device look each time.
import type { RegistryEvent } from '../core/artifact/registry-api.ts';
import { toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import { hasNumberToAdopt } from './adopt.ts';
import { sleep } from '../client/backoff.ts';
import { backoffMs } from '../client/wait.ts';
import { onChanges, postChange } from './changes.ts';
import { checkForUpdates, type CheckNews, type CheckOptions, type Urge } from './check-updates.ts';
import { watchConditions } from './conditions.ts';
import type { Database } from './db.ts';
import { loadIdentity } from './identity.ts';
import { withLock } from './locks.ts';
import { checkEveryMs, readPolicies } from './policies.ts';
import { readRegistry } from './registry.ts';

const firstReconnectMs = 1_000;
/** Also how long a stream has to last before the waiting begins anew: some proxies end each one at once. */
const maxReconnectMs = 60_000;
/** How often it is seen whether it is time to ask, and whether the device has become idle. */
const tickMs = 60_000;

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
  readonly tickMs?: number;
}

export interface Updates {
  /** Looks now. `now`: takes what is there, whatever the device is doing. */
  check(urge: Urge): void;
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
  /** Whether a condition that comes to be met is worth a look. */
  let waits = false;
  let urge: Urge = 'when-it-suits';
  const run = async () => {
    const now = urge;
    urge = 'when-it-suits';
    const waitedBefore = waits;
    // A look asks for the conditions before it tells what it holds back for them: what is met in between would be lost.
    waits = true;
    const look = { holds: false, failed: false };
    const heard = (news: CheckNews) => {
      look.holds ||= news.type === 'wanted' && Array.isArray(news.hold);
      look.failed ||= news.type === 'failed';
      onChange(news);
    };
    await checkForUpdates({ ...options, onChange: heard }, now).catch((thrown: unknown) => {
      look.failed = true;
      tell(thrown);
    });
    // One that failed says nothing of what was held back before it.
    waits = look.holds || (look.failed && waitedBefore);
  };
  const check = oneAtATime(run, signal);
  const onBetter = () => {
    if (waits) check();
  };
  self.addEventListener('online', check, { signal });
  watchConditions(onBetter, signal);
  const stopListening = onChanges(({ type }) => {
    if (type === 'policies') check();
    // What runs may have been sent: no event tells of that where no stream is open.
    if (type === 'candidates') hasNumberToAdopt(options.db).then(has => has && check(), tell);
  });
  signal.addEventListener('abort', stopListening, { once: true });
  withLock('updates', signal, () => listen(options, check, onBetter)).catch(tell);
  check();
  return {
    check: wanted => {
      if (wanted === 'now') urge = 'now';
      check();
    },
  };
}

/** Asked for while it runs, it runs once more afterwards. */
function oneAtATime(work: () => Promise<void>, signal: AbortSignal): () => void {
  let running = false;
  let again = false;
  const loop = async () => {
    running = true;
    try {
      while (again && !signal.aborted) {
        again = false;
        await work();
      }
    } finally {
      // Whatever a listener threw: else nothing would ever be looked at again.
      running = false;
    }
  };
  return () => {
    again = true;
    if (!running) void loop();
  };
}

/** Whether the registry was asked as long ago as the policies allow. */
async function isDue(db: Database): Promise<boolean> {
  const [registry, policies] = await Promise.all([readRegistry(db), readPolicies(db)]);
  const contactedAt = Date.parse(registry?.contactedAt ?? '');
  const sinceMs = Math.abs(Date.now() - contactedAt);
  return !(sinceMs < checkEveryMs(policies));
}

/** Resolves when `signal` aborts: the lock is held as long. */
async function listen(options: UpdatesOptions, check: () => void, onTick: () => void): Promise<void> {
  const { db, client, onChange, signal } = options;
  const { keyId } = await loadIdentity(db);
  let open = false;
  let attempt = 0;
  const setOpen = (next: boolean) => {
    if (next !== open) onChange({ type: 'listening', open: next });
    open = next;
  };
  const tick = async () => {
    if (await isDue(db)) check();
    else onTick();
  };
  const ticking = setInterval(() => {
    tick().catch((thrown: unknown) => {
      console.warn('haversack: whether it is time to look for news is not known.', thrown);
    });
  }, options.tickMs ?? tickMs);
  try {
    for (; !signal.aborted; attempt += 1) {
      let openedAt = Infinity;
      await client
        .events({
          signal,
          onOpen: () => {
            openedAt = performance.now();
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
      if (performance.now() - openedAt >= maxReconnectMs) attempt = 0;
      await sleep(backoffMs(attempt, firstReconnectMs, maxReconnectMs), signal);
    }
  } finally {
    clearInterval(ticking);
  }
}

function hear(event: RegistryEvent, keyId: string, { onChange }: UpdatesOptions, check: () => void): void {
  if (event.type === 'alias' || event.type === 'version' || event.type === 'root') {
    check();
  } else if (event.type === 'device' && event.id === keyId) {
    onChange({ type: 'device' });
    // What waited for an approval may go now.
    postChange('outbox');
  }
}
