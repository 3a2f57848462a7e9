// Answers that are kept, of models whose settings say so: the same question of the same caller is computed once.
import { createHash } from 'node:crypto';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { Answered } from '../../src/core/serve/service.ts';
import type { Tensor, TensorMap } from '../../src/core/tensor.ts';
import { bytesOfTensor } from '../../src/core/tensor-bytes.ts';
import { HaversackError } from '../../src/core/errors.ts';

/** What an entry takes beside its tensors: key, shapes, objects. */
const entryBytes = 512;
/** How an answer travels, and how long its caller waits: neither changes what is answered. */
const withoutEffect = new Set(['binary_data_output', 'timeout', 'priority']);

export type CacheResult = 'hit' | 'miss' | 'shared';

interface Entry {
  readonly answered: Answered;
  readonly bytes: number;
}

/**
 * SHA-256 over the version's digest, the caller, the inputs with type, shape and bytes, the outputs that are asked for, and the
 * parameters. Every part has its length before it, so that no two questions read alike.
 */
export function cacheKeyOf(
  digest: string,
  tenant: string,
  { inputs, outputs, parameters }: InferRequest,
): string {
  const hash = createHash('sha256');
  const add = (text: string) => hash.update(`${Buffer.byteLength(text)}:${text}`);
  const shown = Object.entries(parameters).filter(([name]) => !withoutEffect.has(name));
  const names = outputs?.map(({ name }) => name).sort() ?? null;
  add(JSON.stringify([digest, tenant, names, shown.sort(byName)]));
  for (const [name, tensor] of Object.entries(inputs).sort(byName)) {
    const { datatype, shape, data } = tensor;
    add(JSON.stringify([name, datatype, shape]));
    if (Array.isArray(data)) for (const text of data) add(text);
    else hash.update(bytesOfTensor(tensor));
  }
  return hash.digest('base64');
}

/** Of one model. */
export class ResponseCache {
  /** In the order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #flights = new Map<string, Promise<Answered>>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The answer that is kept, the one that is being computed, or what `compute` makes. What fails is not kept, and whoever waited
   * for somebody's that gave up computes it for themselves.
   * @param wait for somebody else's, who may have more time
   */
  async answer(
    key: string,
    maxBytes: number,
    compute: () => Promise<Answered>,
    tell: (result: CacheResult) => void,
    wait = (flight: Promise<Answered>) => flight,
  ): Promise<Answered> {
    const kept = this.#entries.get(key);
    if (kept) {
      this.#entries.delete(key);
      this.#entries.set(key, kept);
      tell('hit');
      return kept.answered;
    }
    const flight = this.#flights.get(key);
    tell(flight ? 'shared' : 'miss');
    if (!flight) return this.#fly(key, maxBytes, compute);
    try {
      return await wait(flight);
    } catch (error) {
      if (isOwn(error)) return compute();
      throw error;
    }
  }

  /** Lets go of what was not used for longest, until so many bytes are left. */
  shrink(maxBytes: number): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= maxBytes) return;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }

  async #fly(key: string, maxBytes: number, compute: () => Promise<Answered>): Promise<Answered> {
    const flight = compute();
    this.#flights.set(key, flight);
    try {
      const { outputs, by } = await flight;
      this.#keep(key, { outputs: ownCopy(outputs), by }, maxBytes);
      return { outputs, by };
    } finally {
      this.#flights.delete(key);
    }
  }

  #keep(key: string, answered: Answered, maxBytes: number): void {
    const bytes = bytesOf(answered.outputs) + entryBytes;
    if (bytes > maxBytes) return;
    this.shrink(maxBytes - bytes);
    this.#entries.set(key, { answered, bytes });
    this.#bytes += bytes;
  }
}

/** The one who asked first went, or wanted it sooner: that says nothing about the others. */
function isOwn(error: unknown): boolean {
  return error instanceof HaversackError && (error.code === 'Aborted' || error.code === 'DeadlineExceeded');
}

/** Not a view of a batch's: the whole batch would be kept with it. */
function ownCopy(outputs: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]): [string, Tensor] => [
      name,
      { ...tensor, data: tensor.data.slice() },
    ]),
  );
}

/** Characters of texts are counted as two bytes, as V8 keeps them at most. */
function bytesOf(outputs: TensorMap): number {
  let bytes = 0;
  for (const { data } of Object.values(outputs)) {
    bytes += Array.isArray(data) ? data.reduce((sum, text) => sum + 2 * text.length, 0) : data.byteLength;
  }
  return bytes;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
