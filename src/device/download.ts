// Brings chunks here: a few at a time, each tried a few times, each stored as soon as it is checked.
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import { type ErrorCode, toFailure } from '../core/errors.ts';
import { backoffMs, sleep, throwIfAborted } from './backoff.ts';
import { putChunk } from './chunk-store.ts';
import type { Database } from './db.ts';

const parallelChunks = 4;
const chunkTries = 3;
const firstWaitMs = 250;
const maxWaitMs = 4000;

/** What another try may mend; all else (no such chunk, no right, no room) it cannot. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'Offline',
  'Unavailable',
  'Internal',
  'TooManyRequests',
  'ChunkInvalid',
]);

export interface Download {
  readonly db: Database;
  readonly refs: readonly ChunkRef[];
  readonly fetchChunk: (ref: ChunkRef, signal: AbortSignal) => Promise<Bytes>;
  readonly signal: AbortSignal | undefined;
  readonly onStored: (ref: ChunkRef) => void;
}

/** Resolves when all are stored. After it rejects nothing is written any more, and what was stored stays. */
export async function downloadChunks({ db, refs, fetchChunk, signal, onStored }: Download): Promise<void> {
  throwIfAborted(signal);
  const stop = new AbortController();
  const abort = () => {
    stop.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  const queue = [...refs];
  const work = async () => {
    for (let ref = queue.shift(); ref; ref = queue.shift()) {
      await fetchOne(db, ref, fetchChunk, stop.signal);
      onStored(ref);
    }
  };
  try {
    const lanes = Array.from({ length: parallelChunks }, () =>
      work().catch((thrown: unknown) => {
        // The first failure is the one to tell; the others only heard `stop`.
        if (!stop.signal.aborted) stop.abort(thrown);
        throw thrown;
      }),
    );
    const failed = (await Promise.allSettled(lanes)).filter(lane => lane.status === 'rejected');
    throwIfAborted(signal);
    if (failed.length > 0) throw stop.signal.reason;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function fetchOne(
  db: Database,
  ref: ChunkRef,
  fetchChunk: Download['fetchChunk'],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    throwIfAborted(signal);
    try {
      await putChunk(db, ref, await fetchChunk(ref, signal));
      return;
    } catch (thrown) {
      const mayPass = passing.has(toFailure(thrown).code);
      if (!mayPass || attempt + 1 >= chunkTries) throw thrown;
    }
    await sleep(backoffMs(attempt, firstWaitMs, maxWaitMs), signal);
  }
}
