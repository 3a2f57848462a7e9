// The line between the fleet and its server: counts what comes over it, and how long each request took.
import { randomInt } from 'node:crypto';
import type { FileRef } from '../../../src/core/artifact/chunks.ts';
import type { RegistryClient } from '../../../src/client/registry.ts';

export interface FleetLine {
  readonly fetch: typeof fetch;
  /** Of every request, until its answer had come. */
  readonly milliseconds: number[];
  /** Of content. */
  readonly receivedBytes: () => number;
  readonly requests: () => number;
}

export function openLine(): FleetLine {
  let receivedBytes = 0;
  const milliseconds: number[] = [];
  return {
    milliseconds,
    receivedBytes: () => receivedBytes,
    requests: () => milliseconds.length,
    fetch: async (input, init) => {
      const began = performance.now();
      const response = await fetch(input, init);
      const content = new Uint8Array(await response.arrayBuffer());
      milliseconds.push(performance.now() - began);
      receivedBytes += content.length;
      const { status, headers } = response;
      return new Response(status === 304 || status === 204 ? null : content, { status, headers });
    },
  };
}

/** Each chunk checked, as a device does. */
export async function chunksOfFile(client: RegistryClient, { chunks }: FileRef): Promise<void> {
  const left = await client.chunks(chunks, {
    of: null,
    have: [],
    readBase: () => Promise.resolve(null),
    onChunk: () => undefined,
  });
  if (left.length > 0) throw new Error(`${left.length} chunks did not come`);
}

/** Works on all, so many at a time, in an order of chance. Answers the results in the order in which they came. */
export async function atOnce<T, R>(
  all: readonly T[],
  width: number,
  work: (each: T) => Promise<R>,
): Promise<R[]> {
  const waiting = shuffled(all);
  const results: R[] = [];
  const lane = async () => {
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) results.push(await work(each));
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

/** Fisher and Yates. */
function shuffled<T>(all: readonly T[]): T[] {
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** @param share 0.99 for the 99th percentile */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
