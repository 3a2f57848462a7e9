// Brings chunks here: many with one request where the registry can, each handed on as soon as it is checked; what did not
// come that way one by one. A few requests at a time, each tried a few times. Where they are kept is the caller's.
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import type { FileName } from '../core/artifact/registry-api.ts';
import { type ErrorCode, toFailure } from '../core/errors.ts';
import { sleep, throwIfAborted } from './backoff.ts';
import type { ChunkBatch } from './chunk-batch.ts';
import { backoffMs } from './wait.ts';

const parallelRequests = 4;
/** Without anything that came between them. */
const tries = 3;
const firstWaitMs = 250;
const maxWaitMs = 4000;
/** A batch asks for no more: what is lost with a line is asked for again, and other lines have work too. */
const batchChunks = 64;
const batchBytes = 4 * 2 ** 20;

/** What another try may mend; all else (no such chunk, no right, no room) it cannot. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'Offline',
  'Unavailable',
  'Internal',
  'TooManyRequests',
  'ChunkInvalid',
]);
/** The registry has no batches, or none that can be read: it may be a folder of files. */
const noBatches: ReadonlySet<ErrorCode> = new Set([
  'NotFound',
  'BadRequest',
  'Forbidden',
  'UnsupportedMediaType',
  'TooLarge',
]);

/** What of `RegistryClient` a download needs. */
export interface ChunkSource {
  chunk(ref: ChunkRef, signal?: AbortSignal): Promise<Bytes>;
  chunks(refs: readonly ChunkRef[], batch: ChunkBatch, signal?: AbortSignal): Promise<ChunkRef[]>;
}

/** Chunks of one file. */
export interface FileChunks {
  /** Null for what is no variant's. */
  readonly of: FileName | null;
  readonly refs: readonly ChunkRef[];
}

export interface Download extends Pick<ChunkBatch, 'have' | 'readBase'> {
  readonly source: ChunkSource;
  readonly files: readonly FileChunks[];
  readonly signal?: AbortSignal | undefined;
  /** Given nothing that is not what `ref` says. Its errors are `HaversackError`s. */
  readonly keep: (ref: ChunkRef, bytes: Bytes) => Promise<void> | void;
  /** @param wireBytes what it was on the line */
  readonly onKept: (ref: ChunkRef, wireBytes: number) => void;
}

/**
 * Resolves when all are kept. After it rejects nothing is given to `keep` any more, and nothing is under way in it.
 * @throws HaversackError of `source` and `keep`; `Aborted`
 */
export async function downloadChunks(download: Download): Promise<void> {
  throwIfAborted(download.signal);
  const left: ChunkRef[] = [];
  let hasBatches = true;
  await inLanes(download.files.flatMap(batchesOf), download.signal, async (batch, signal) => {
    const rest = hasBatches ? await fetchBatch(download, batch, signal) : batch.refs;
    if (rest === null) hasBatches = false;
    left.push(...(rest ?? batch.refs));
  });
  await inLanes(left, download.signal, (ref, signal) => fetchOne(download, ref, signal));
}

function batchesOf({ of, refs }: FileChunks): FileChunks[] {
  const batches: ChunkRef[][] = [];
  let bytes = Infinity;
  for (const ref of refs) {
    if (bytes + ref.bytes > batchBytes || batches.at(-1)?.length === batchChunks) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(ref);
    bytes += ref.bytes;
  }
  return batches.map(batch => ({ of, refs: batch }));
}

/** Takes the items in turn, a few at a time. The first failure ends all. */
async function inLanes<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const abort = () => {
    stop.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item, stop.signal);
  };
  try {
    const lanes = Array.from({ length: parallelRequests }, () =>
      lane().catch((thrown: unknown) => {
        // The first failure is the one to tell; the others only heard `stop`.
        if (!stop.signal.aborted) stop.abort(thrown);
        throw thrown;
      }),
    );
    const failed = (await Promise.allSettled(lanes)).filter(each => each.status === 'rejected');
    throwIfAborted(signal);
    if (failed.length > 0) throw stop.signal.reason;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** @returns those that did not come; null where there are no batches */
async function fetchBatch(
  { source, have, readBase, keep, onKept }: Download,
  { of, refs }: FileChunks,
  signal: AbortSignal,
): Promise<readonly ChunkRef[] | null> {
  const wanted = new Map(refs.map(ref => [ref.digest, ref]));
  const onChunk = async (ref: ChunkRef, bytes: Bytes, wireBytes: number) => {
    throwIfAborted(signal);
    await keep(ref, bytes);
    wanted.delete(ref.digest);
    onKept(ref, wireBytes);
  };
  let before = wanted.size;
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(signal);
    try {
      return await source.chunks([...wanted.values()], { of, have, readBase, onChunk }, signal);
    } catch (thrown) {
      const { code } = toFailure(thrown);
      if (noBatches.has(code)) return wanted.size < refs.length ? [...wanted.values()] : null;
      // An answer that is no row of chunks: each by itself is checked all the same.
      if (code === 'ChunkInvalid') return [...wanted.values()];
      if (wanted.size < before) attempt = 1;
      before = wanted.size;
      if (!passing.has(code) || attempt >= tries) throw thrown;
    }
    await sleep(backoffMs(attempt - 1, firstWaitMs, maxWaitMs), signal);
  }
}

async function fetchOne(
  { source, keep, onKept }: Download,
  ref: ChunkRef,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    throwIfAborted(signal);
    try {
      await keep(ref, await source.chunk(ref, signal));
      break;
    } catch (thrown) {
      if (!passing.has(toFailure(thrown).code) || attempt >= tries) throw thrown;
    }
    await sleep(backoffMs(attempt - 1, firstWaitMs, maxWaitMs), signal);
  }
  onKept(ref, ref.bytes);
}
