// Sends a file's chunks to the registry: only those it lacks, a few at a time, each tried again when the line drops.
import type { ChunkedFile } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { sleep } from './backoff.ts';

const parallelUploads = 4;
const triesPerChunk = 3;
const firstRetryDelayMs = 500;

/** What of `RegistryClient` an upload needs. */
export interface ChunkSink {
  missing(digests: readonly string[], signal?: AbortSignal): Promise<string[]>;
  putChunk(digest: string, bytes: Bytes, signal?: AbortSignal): Promise<void>;
}

export interface UploadProgress {
  readonly sentBytes: number;
  /** What is to be sent. */
  readonly totalBytes: number;
  /** What the registry had already. */
  readonly reusedBytes: number;
}

export interface UploadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** Resolves when the registry has every chunk. Run again after a failure, it sends what is still missing. */
export async function uploadFile(
  client: ChunkSink,
  { chunks }: Pick<ChunkedFile, 'chunks'>,
  { signal, onProgress }: UploadOptions = {},
): Promise<UploadProgress> {
  const missing = await client.missing([...chunks.keys()], signal);
  const sizeOf = (digest: string) => bytesOf(chunks, digest).length;
  const sum = (digests: Iterable<string>) =>
    [...digests].reduce((total, digest) => total + sizeOf(digest), 0);
  const totalBytes = sum(missing);
  let progress: UploadProgress = { sentBytes: 0, totalBytes, reusedBytes: sum(chunks.keys()) - totalBytes };
  onProgress?.(progress);

  const queue = [...missing];
  const worker = async () => {
    for (let digest = queue.shift(); digest; digest = queue.shift()) {
      try {
        await putWithRetries(client, digest, bytesOf(chunks, digest), signal);
      } catch (thrown) {
        queue.length = 0;
        throw thrown;
      }
      progress = { ...progress, sentBytes: progress.sentBytes + sizeOf(digest) };
      onProgress?.(progress);
    }
  };
  await allOrFirstFailure(Array.from({ length: parallelUploads }, worker));
  return progress;
}

/** Waits for all, so that nothing is on its way any more when the first failure is thrown. */
async function allOrFirstFailure(tasks: Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(tasks);
  const failed = outcomes.find(outcome => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

function bytesOf(chunks: ReadonlyMap<string, Bytes>, digest: string): Bytes {
  const bytes = chunks.get(digest);
  if (!bytes)
    throw new HaversackError('DocumentInvalid', `asked for chunk ${digest.slice(0, 12)}, which is not ours`);
  return bytes;
}

async function putWithRetries(
  client: ChunkSink,
  digest: string,
  bytes: Bytes,
  signal: AbortSignal | undefined,
) {
  for (let tries = 1; ; tries++) {
    try {
      await client.putChunk(digest, bytes, signal);
      return;
    } catch (thrown) {
      if (tries === triesPerChunk || !isPassing(thrown)) throw thrown;
      await sleep(firstRetryDelayMs * 2 ** (tries - 1), signal);
    }
  }
}

function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof HaversackError)) return false;
  return ['Offline', 'Unavailable', 'TooManyRequests'].includes(thrown.code);
}
