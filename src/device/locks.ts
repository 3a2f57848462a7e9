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
