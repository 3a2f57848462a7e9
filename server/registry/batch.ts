// Many chunks in one answer, each in the shortest form there is for who asks.
import { join } from 'node:path';
import { type ChunkForm, encodeFrame } from '../../src/core/artifact/chunk-frames.ts';
import type { Bytes, Digest } from '../../src/core/artifact/digest.ts';
import type { batchQuerySchema } from '../../src/core/artifact/registry-api.ts';
import type { z } from '../../src/core/zod.ts';
import { ByteCache } from '../storage/byte-cache.ts';
import { ChunkForms } from './chunk-forms.ts';
import type { Registry } from './context.ts';
import { type ChunkPairs, Differences } from './differences.ts';

/** Forms that are made before they are asked for: one is packed while another is on its way. */
const lookAhead = 2;
/** What is kept of them, on the disk. */
const maxCacheBytes = 512 * 2 ** 20;

export class ChunkBatches {
  readonly #forms: ChunkForms;
  readonly #differences: Differences;

  /** @param folder for what can be made again; made when it is first used */
  constructor(registry: Pick<Registry, 'database' | 'blobs' | 'log'>, folder: string) {
    const cache = new ByteCache(join(folder, 'chunk-forms'), { maxBytes: maxCacheBytes });
    this.#forms = new ChunkForms(registry.blobs, cache, registry.log);
    this.#differences = new Differences(registry);
  }

  /**
   * A frame for each chunk that is there, in the order of the query. Makes little more than is taken: who stops taking
   * ends the work.
   */
  async *frames({ chunks, of, have }: z.output<typeof batchQuerySchema>): AsyncGenerator<Bytes> {
    const pairs: ChunkPairs = of && have.length > 0 ? await this.#differences.pairs(of, have) : new Map();
    const digests = [...new Set(chunks)];
    const ahead: Promise<ChunkForm | null>[] = [];
    for (const [i, digest] of digests.entries()) {
      while (ahead.length <= lookAhead && i + ahead.length < digests.length) {
        ahead.push(this.#start(digests[i + ahead.length]!, pairs));
      }
      const form = await ahead.shift()!;
      if (form) yield encodeFrame({ ...form, digest });
    }
  }

  #start(digest: Digest, pairs: ChunkPairs): Promise<ChunkForm | null> {
    const form = this.#forms.form(digest, pairs.get(digest) ?? null);
    // Told when its turn comes; that need not be.
    form.catch(() => undefined);
    return form;
  }
}
