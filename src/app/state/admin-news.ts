// When an admin's screens look again: when the registry says that something is new, seldom else; and every few seconds while
// its line is down. A fleet's list is long: it is not asked for more often than somebody can read it.
import type { RegistryClient } from '../../client/registry.ts';

/** How often it is looked though nothing was told. */
export const seldomMs = 60_000;

/** News in quick succession are one; without a line, this is how old anything may be. */
export const lookAgainMs = 5_000;

export interface NewsOptions {
  readonly events: RegistryClient['events'];
  readonly look: () => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Looks at once, then follows the news until `signal` aborts. */
export async function followNews({ events, look, signal }: NewsOptions): Promise<void> {
  const looking = looker(look, signal);
  looking.now();
  // What happens without an event, such as a device that was seen, is found out by and by.
  const seldom = setInterval(looking.now, seldomMs);
  signal.addEventListener('abort', () => clearInterval(seldom), { once: true });
  const hasLeft = (): boolean => signal.aborted;
  while (!hasLeft()) {
    try {
      await events({ signal, onEvent: looking.soon });
    } catch {
      // The line is down; what is wrong is found, and said, by the look that follows.
    }
    await pause(lookAgainMs, signal);
    if (!hasLeft()) looking.now();
  }
}

function looker(look: () => Promise<void>, signal: AbortSignal) {
  let due: ReturnType<typeof setTimeout> | null = null;
  let lastMs = -Infinity;
  const now = (): void => {
    if (due !== null) clearTimeout(due);
    due = null;
    lastMs = performance.now();
    void look();
  };
  const soon = (): void => {
    if (due !== null || signal.aborted) return;
    due = setTimeout(now, Math.max(0, lastMs + lookAgainMs - performance.now()));
  };
  signal.addEventListener('abort', () => due !== null && clearTimeout(due), { once: true });
  return { now, soon };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
