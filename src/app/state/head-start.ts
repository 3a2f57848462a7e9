// Starts the runtime while the database is still being opened, going by what answered last: on a cold start neither waits
// for the other. Nothing is started where nothing has answered yet.
import { z } from '../../core/zod.ts';
import type { WorkerBridge } from '../bridge/worker-bridge.ts';

const key = 'haversack:answered-by';
const providerSchema = z.enum(['wasm', 'webgpu']);

export function headStart(serving: Pick<WorkerBridge, 'call'>): void {
  const known = providerSchema.safeParse(read());
  if (known.success) void serving.call(api => api.warmUp(known.data));
}

export function rememberProvider(provider: string): void {
  try {
    if (read() !== provider) localStorage.setItem(key, provider);
  } catch {
    // Without local storage there is no head start, and nothing else is lost.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
