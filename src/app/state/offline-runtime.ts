// The runtime that a model needs, kept beside it: "on this device" means both.
import { cacheRuntime, type RuntimeKind } from '../../device/runtime-cache.ts';

/** Never throws: what could not be kept now is asked for again at the next model. */
export async function keepRuntime(kinds: readonly RuntimeKind[]): Promise<void> {
  try {
    await cacheRuntime(kinds);
  } catch (thrown) {
    console.warn('haversack: the runtime is not kept for offline yet.', thrown);
  }
}
