// The runtime that a model needs, kept beside it: "on this device" is said of both together, and only when both are here.
import { computed, effect, signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import {
  cacheRuntime,
  runtimeCached,
  type RuntimeKind,
  type RuntimeProgress,
} from '../../device/runtime-cache.ts';
import { online } from './connection.ts';
import { installed } from './installed.ts';

/** What predicts without a network, and then what learns without one. */
const wanted: readonly RuntimeKind[] = ['wasm', 'tfjs'];

/** Whether what predicts is kept; null until the cache was asked. */
export const runtimeKept = signal<boolean | null>(null);
/** How far what predicts has come, while it is fetched. */
export const runtimeComing = signal<RuntimeProgress | null>(null);
/** Why it could not be kept, where it is not only the network that is away. */
export const runtimeProblem = signal<Failure | null>(null);

const wantedNow = computed(() => (installed.value?.length ?? 0) > 0 && online.value !== false);

/** Keeps the runtime from the first model on, and asks again each time the network comes back. */
export async function startRuntime(): Promise<void> {
  runtimeKept.value = await runtimeCached('wasm').catch(() => false);
  effect(() => {
    if (wantedNow.value) void keepRuntime(wanted);
  });
}

/** Never throws: what could not be kept now is asked for again when the network is back. */
export async function keepRuntime(kinds: readonly RuntimeKind[] = wanted): Promise<void> {
  runtimeProblem.value = null;
  try {
    for (const kind of kinds) {
      const predicts = kind === 'wasm';
      await cacheRuntime(
        [kind],
        predicts ? { onProgress: progress => (runtimeComing.value = progress) } : {},
      );
      if (predicts) runtimeKept.value = true;
      runtimeComing.value = null;
    }
  } catch (thrown) {
    const problem = toFailure(thrown);
    if (problem.code === 'Offline') console.warn('haversack: the runtime is not kept yet.', thrown);
    else runtimeProblem.value = problem;
  } finally {
    runtimeComing.value = null;
  }
}
