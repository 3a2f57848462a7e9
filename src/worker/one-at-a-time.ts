// One call into a runtime at a time: the WebGPU build suspends its one stack while it waits for the GPU (asyncify), and a
// second call into it would overwrite that stack.
import type { WebProvider } from './ort.ts';

/** The last that was asked for; none where nothing is under way, so that a lone call waits for no turn. */
const running = new Map<WebProvider, Promise<unknown>>();

export function oneAtATime<T>(provider: WebProvider, work: () => Promise<T>): Promise<T> {
  const before = running.get(provider);
  const result = before ? before.then(work, work) : work();
  running.set(provider, result);
  const end = () => {
    if (running.get(provider) === result) running.delete(provider);
  };
  result.then(end, end);
  return result;
}
