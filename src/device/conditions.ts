// Whether the device is idle, charging, and on a link that costs nothing, as far as its platform tells.
import { toFailure } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { isMetered, onLinkChange } from './connection-kind.ts';
import type { UpdatePolicy } from './schema.ts';

export type Condition = keyof UpdatePolicy['onlyWhile'];
/** Null: the platform does not tell. */
export type Conditions = Readonly<Record<Condition, boolean | null>>;

/** Nothing was touched for so long. */
const idleAfterMs = 60_000;
/** What says that somebody is there. */
const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;

/** Battery Status API: Chromium. */
interface BatteryManager extends EventTarget {
  readonly charging: boolean;
}

function battery(): Promise<BatteryManager | null> {
  const { getBattery } = navigator as { getBattery?: () => Promise<BatteryManager> };
  // Refused in some frames and by some policies.
  return getBattery ? getBattery.call(navigator).catch(() => null) : Promise.resolve(null);
}

let touchedAt = -Infinity;

/** Of a page. A worker has no document, and does not know. The Idle Detection API would need a permission: it is not asked. */
function isIdle(): boolean | null {
  const { document } = self as { document?: { visibilityState: string } };
  if (!document) return null;
  return document.visibilityState === 'hidden' || performance.now() - touchedAt >= idleAfterMs;
}

export async function conditionsNow(): Promise<Conditions> {
  const metered = isMetered();
  return {
    idle: isIdle(),
    charging: (await battery())?.charging ?? null,
    unmetered: metered === null ? null : !metered,
  };
}

/** What is asked for and known not to be so. What the platform does not tell is waited for by nobody. */
export function unmetConditions(wanted: UpdatePolicy['onlyWhile'], now: Conditions): Condition[] {
  const all = z.array(z.enum(['idle', 'charging', 'unmetered'])).parse(Object.keys(wanted));
  return all.filter(condition => wanted[condition] && now[condition] === false);
}

/**
 * Runs `work`, whose signal aborts when the link comes to be metered, where that matters.
 * @returns `metered` where that ended it
 */
export async function whileUnmetered<T>(
  matters: boolean,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'metered'> {
  const stop = new AbortController();
  const link = { held: false };
  const hold = () => {
    link.held ||= matters && isMetered() === true;
    if (link.held) stop.abort();
  };
  const abort = () => {
    stop.abort();
  };
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const stopListening = onLinkChange(hold);
  try {
    return await work(stop.signal);
  } catch (thrown) {
    if (link.held && signal?.aborted !== true && toFailure(thrown).code === 'Aborted') return 'metered';
    throw thrown;
  } finally {
    stopListening();
    signal?.removeEventListener('abort', abort);
  }
}

/** Calls `onBetter` whenever one of them may have come to be met; idleness by looking now and then. */
export function watchConditions(onBetter: () => void, signal: AbortSignal): void {
  const touched = () => (touchedAt = performance.now());
  const options = { passive: true, signal };
  for (const kind of touches) self.addEventListener(kind, touched, options);
  const { document } = self as { document?: EventTarget };
  document?.addEventListener('visibilitychange', onBetter, { signal });
  const stopLink = onLinkChange(onBetter);
  signal.addEventListener('abort', stopLink, { once: true });
  void battery().then(found => found?.addEventListener('chargingchange', onBetter, { signal }));
}
