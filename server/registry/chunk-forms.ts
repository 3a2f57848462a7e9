// The shortest form of each chunk for who has what: made once, on demand, and kept as long as there is room.
import { shortestForm } from '../../src/core/artifact/chunk-forms.ts';
import type { ChunkForm } from '../../src/core/artifact/chunk-frames.ts';
import { type Bytes, type Digest, sha256 } from '../../src/core/artifact/digest.ts';
import type { ChunkPair } from '../../src/core/onnx/chunk-places.ts';
import { joinBytes } from '../../src/core/join-bytes.ts';
import type { BlobStore } from '../storage/blobs.ts';
import type { ByteCache } from '../storage/byte-cache.ts';
import { atMost } from './at-most.ts';
import type { Log } from './context.ts';
import { gzipShortest } from './gzip.ts';

/** Chunks that are packed at a time: two of the four threads that Node has for files and zlib alike. */
const parallelMakes = 2;

const encodings = ['raw', 'gzip', 'difference'] as const;

export class ChunkForms {
  readonly #blobs: BlobStore;
  readonly #cache: ByteCache;
  readonly #log: Log;
  readonly #inLine = atMost(parallelMakes);
  readonly #making = new Map<string, Promise<ChunkForm | null>>();

  constructor(blobs: BlobStore, cache: ByteCache, log: Log) {
    this.#blobs = blobs;
    this.#cache = cache;
    this.#log = log;
  }

  /** Null where the chunk is not there, or is damaged. @param pair what the receiver has in its place */
  async form(digest: Digest, pair: ChunkPair | null): Promise<ChunkForm | null> {
    const key = pair ? `${digest}-${pair.base.digest}` : digest;
    const making = this.#making.get(key) ?? this.#find(key, digest, pair);
    this.#making.set(key, making);
    return making.finally(() => this.#making.delete(key));
  }

  async #find(key: string, digest: Digest, pair: ChunkPair | null): Promise<ChunkForm | null> {
    return (await this.#cached(key, digest, pair)) ?? this.#inLine(() => this.#make(key, digest, pair));
  }

  /** Kept as the number of the encoding and the payload; of a raw one the number is enough. */
  async #cached(key: string, digest: Digest, pair: ChunkPair | null): Promise<ChunkForm | null> {
    const kept = await this.#cache.get(key).catch(() => null);
    const encoding = encodings[kept?.[0] ?? -1];
    if (!kept || !encoding) return null;
    if (encoding === 'raw') {
      const chunk = await this.#blobs.get(digest);
      return chunk && { encoding, payload: chunk };
    }
    const payload = kept.subarray(1);
    if (encoding === 'gzip') return { encoding, payload };
    return pair && { encoding, base: pair.base.digest, payload };
  }

  async #make(key: string, digest: Digest, pair: ChunkPair | null): Promise<ChunkForm | null> {
    const chunk = await this.#sound(digest);
    if (!chunk) return null;
    const base = pair && (await this.#sound(pair.base.digest));
    const from =
      pair && base?.length === chunk.length
        ? { digest: pair.base.digest, bytes: base, regions: pair.regions }
        : null;
    const form = await shortestForm(chunk, from, gzipShortest);
    const number = Uint8Array.of(encodings.indexOf(form.encoding));
    const entry = form.encoding === 'raw' ? number : joinBytes([number, form.payload]);
    await this.#cache.set(key, entry).catch((error: unknown) => {
      this.#log.warn({ err: error, digest }, 'form of a chunk not kept');
    });
    return form;
  }

  /** A damaged chunk must not live on in what is made of it. */
  async #sound(digest: Digest): Promise<Bytes | null> {
    const bytes = await this.#blobs.get(digest);
    return bytes && (await sha256(bytes)) === digest ? bytes : null;
  }
}
