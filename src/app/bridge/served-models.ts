// The models that a page has open in its serving worker: each opened once, and again where that worker is gone.
import type { Digest } from '../../core/artifact/digest.ts';
import type { Provider } from '../../core/runtime/session.ts';
import { ok, type Result } from '../../core/result.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { OpenedModel } from '../../worker/protocol.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { WorkerOwner } from './worker-owner.ts';

/** A version on this device, or what this device made and is still judging. */
export type ServedTarget =
  | { readonly model: string; readonly version: number; readonly variant?: string }
  | { readonly candidate: Digest };

export interface Served {
  readonly outputs: TensorMap;
  readonly variant: string;
  readonly provider: Provider;
  readonly threads: number;
  readonly runMs: number;
  /** What opening it took, once. */
  readonly openMs: number;
  /** From the question to the answer on this page, the worker's way there and back included, opening not. */
  readonly totalMs: number;
}

interface Open {
  readonly generation: number;
  readonly opening: Promise<Result<OpenedModel>>;
}

/** The one in use and the one before, so that going back is at once; and as many for other applications. */
const keptOpen = 4;

/** What opening says where the browser's storage lost or damaged pieces of a version. */
const lacksPieces: ReadonlySet<ErrorCode> = new Set(['ChunkInvalid', 'NotInstalled']);

type Mend = (model: string, version: number) => Promise<boolean>;

export class ServedModels {
  readonly #bridge: WorkerOwner;
  readonly #mend: Mend;
  /** By target; the longest unused first. */
  readonly #opened = new Map<string, Open>();

  /** @param mend brings back pieces of a version that were lost; answers whether it is whole now and was not before */
  constructor(bridge: WorkerOwner, mend: Mend) {
    this.#bridge = bridge;
    this.#mend = mend;
  }

  /** Opens it, or answers the one that is open. Called ahead of the first question, it saves that one the wait. */
  async open(target: ServedTarget): Promise<Result<OpenedModel>> {
    const first = await this.#openOnce(target);
    if (first.ok || !('version' in target) || !lacksPieces.has(first.error.code)) return first;
    return (await this.#mend(target.model, target.version)) ? this.#openOnce(target) : first;
  }

  /** A handle that died with its worker, or was closed for others, is opened again, once. */
  async predict(target: ServedTarget, inputs: TensorMap): Promise<Result<Served>> {
    const first = await this.#ask(target, inputs);
    if (first.ok || first.error.code !== 'RuntimeFailed') return first;
    this.#opened.delete(keyOf(target));
    return this.#ask(target, inputs);
  }

  /** What is asked next is opened anew. */
  close(target: ServedTarget): void {
    this.#close(keyOf(target));
  }

  /** Every variant of a version, or of all versions of a model. What is asked next is opened anew. */
  closeAll(model: string, version?: number): void {
    const prefix = version === undefined ? `${model}@` : `${model}@${version}/`;
    for (const key of [...this.#opened.keys()]) if (key.startsWith(prefix)) this.#close(key);
  }

  async #openOnce(target: ServedTarget): Promise<Result<OpenedModel>> {
    const bridge = this.#bridge;
    const key = keyOf(target);
    const known = this.#opened.get(key);
    this.#opened.delete(key);
    if (known?.generation === bridge.generation) {
      this.#opened.set(key, known);
      return known.opening;
    }
    const opening = bridge.call(api =>
      'candidate' in target ? api.openCandidate(target.candidate) : api.open(target),
    );
    const entry = { generation: bridge.generation, opening };
    this.#opened.set(key, entry);
    for (const old of [...this.#opened.keys()].slice(0, -keptOpen)) this.#close(old);
    const result = await opening;
    if (!result.ok && this.#opened.get(key) === entry) this.#opened.delete(key);
    return result;
  }

  #close(key: string): void {
    const bridge = this.#bridge;
    const entry = this.#opened.get(key);
    this.#opened.delete(key);
    if (entry?.generation !== bridge.generation) return;
    void entry.opening.then(result =>
      result.ok && entry.generation === bridge.generation
        ? bridge.call(api => api.close(result.value.handle))
        : null,
    );
  }

  async #ask(target: ServedTarget, inputs: TensorMap): Promise<Result<Served>> {
    const model = await this.open(target);
    if (!model.ok) return model;
    const { handle, variant, threads, openMs } = model.value;
    const started = performance.now();
    const answer = await this.#bridge.predict(handle, inputs);
    if (!answer.ok) return answer;
    const { outputs, provider, runMs } = answer.value;
    return ok({
      outputs,
      variant,
      provider,
      threads,
      openMs,
      runMs,
      totalMs: performance.now() - started,
    });
  }
}

function keyOf(target: ServedTarget): string {
  return 'candidate' in target
    ? `candidate:${target.candidate}`
    : `${target.model}@${target.version}/${target.variant ?? ''}`;
}
