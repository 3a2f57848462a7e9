// Keeps the screen on while something long runs, where the browser can; knows nothing of what runs.

/** Holds a screen wake lock, taken again whenever the page is seen again, until the answer is called. */
export function keepAwake(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let held: WakeLockSentinel | null = null;
  let wanted = true;
  const take = async (): Promise<void> => {
    if (!wanted || document.visibilityState !== 'visible') return;
    try {
      const sentinel = await navigator.wakeLock.request('screen');
      if (wanted) held = sentinel;
      else await sentinel.release();
    } catch {
      // A low battery or the system's policy refuses it: the run goes on, the screen may sleep.
    }
  };
  const onSeen = (): void => void take();
  document.addEventListener('visibilitychange', onSeen);
  void take();
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', onSeen);
    void held?.release();
  };
}
