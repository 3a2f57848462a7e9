// Web Locks: what only one tab may do at a time. The browser frees a lock when its tab dies.

/** Waits for the lock, then works. @throws DOMException `AbortError` where `signal` aborts while it waits */
export async function withLock<T>(
  name: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const options: LockOptions = signal ? { signal } : {};
  return await navigator.locks.request(`haversack:${name}`, options, work);
}

/** Held while a version is being pulled. `key` is its download's. */
export function pullLock(key: string): string {
  return `pull:${key}`;
}

/** Keys of the downloads that some tab works on at this moment; the others were cut short and can go on. */
export function runningPulls(): Promise<ReadonlySet<string>> {
  return heldAfter(pullLock(''));
}

/** Held while a run trains. `id` is its row's. */
export function runLock(id: string): string {
  return `run:${id}`;
}

/** Ids of the runs that some tab works on at this moment; the others were cut short and can go on. */
export function runningRuns(): Promise<ReadonlySet<string>> {
  return heldAfter(runLock(''));
}

/** What follows `prefix` in the names of the locks that are held. */
async function heldAfter(prefix: string): Promise<ReadonlySet<string>> {
  const whole = `haversack:${prefix}`;
  const { held = [] } = await navigator.locks.query();
  const names = held.flatMap(({ name }) => (name?.startsWith(whole) ? [name.slice(whole.length)] : []));
  return new Set(names);
}
