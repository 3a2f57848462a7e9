// Load by answers: each connection sends its next request when it has the answer to the one before.
import { Connection } from './connection.ts';

export interface ClosedLoad {
  readonly port: number;
  /** Taken in turn; the next round begins where the last ended. */
  readonly requests: readonly Buffer[];
  readonly connections: number;
  readonly milliseconds: number;
}

export interface ClosedResult {
  readonly answers: number;
  readonly microsecondsAnAnswer: number;
  /** Of one request, from its sending to the last byte of its answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** @throws where an answer is not 200: whoever is slow is measured, whoever fails is not */
export async function closedLoop({
  port,
  requests,
  connections,
  milliseconds,
}: ClosedLoad): Promise<ClosedResult> {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  const took: number[] = [];
  const began = performance.now();
  const end = began + milliseconds;
  let next = 0;
  try {
    await Promise.all(
      open.map(async connection => {
        for (let sent = performance.now(); sent < end;) {
          const { status, head, body } = await connection.ask(requests[next++ % requests.length]!);
          if (status !== 200) throw new Error(`wanted 200, got ${head}\n${body.toString().slice(0, 400)}`);
          const now = performance.now();
          took.push(now - sent);
          sent = now;
        }
      }),
    );
  } finally {
    for (const connection of open) connection.close();
  }
  const elapsedMs = performance.now() - began;
  return {
    answers: took.length,
    microsecondsAnAnswer: (elapsedMs * 1000) / took.length,
    ...quantiles(took),
  };
}

/** Of milliseconds, in any order. */
export function quantiles(milliseconds: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = Float64Array.from(milliseconds).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
