// Keeps the screen on while something long runs, where the browser can; knows nothing of what runs.

/** Holds a screen wake lock, taken again whenever the page is seen again, until the answer is called. */
export function keepAwake(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let held: WakeLockSentinel | null = null;
  const ended = new AbortController();
  const isWanted = (): boolean => !ended.signal.aborted;
  const take = async (): Promise<void> => {
    if (!isWanted() || document.visibilityState !== 'visible') return;
    try {
      const sentinel = await navigator.wakeLock.request('screen');
      if (isWanted()) held = sentinel;
      else await sentinel.release();
    } catch {
      // A low battery or the system's policy refuses it: the run goes on, the screen may sleep.
    }
  };
  const onSeen = (): void => void take();
  document.addEventListener('visibilitychange', onSeen, { signal: ended.signal });
  void take();
  return () => {
    ended.abort();
    void held?.release();
  };
}
