// The Model Server: what answers the protocol from this process's own sessions. Knows versions by number, and where they come
// from only through `VersionSource`; who may ask, and over what, is not its business.
import type { Serving } from '../../src/core/artifact/serving-api.ts';
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { ModelMetadata } from '../../src/core/protocol/messages.ts';
import type { Offload } from '../../src/core/protocol/offload.ts';
import { checkFeeds } from '../../src/core/runtime/ort-tensors.ts';
import type { TensorSpec } from '../../src/core/runtime/session.ts';
import type {
  Answered,
  Description,
  IndexEntry,
  InferContext,
  ProtocolBackend,
  Resolved,
  Target,
} from '../../src/core/serve/service.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { type LoadedVersion, LoadedVersions } from './loaded-versions.ts';
import { type Meter, silentMeter } from './meter.ts';
import type { Ran } from './waiting.ts';
import { cacheKeyOf, ResponseCache } from './response-cache.ts';
import type { RunnerOptions } from './runner.ts';
import type { VersionSource } from './version-source.ts';
import { withOffload } from './with-offload.ts';
import { inTime } from './in-time.ts';

export interface ModelServerOptions extends RunnerOptions {
  readonly source: VersionSource;
  readonly server: ProtocolBackend['server'];
  readonly meter?: Meter;
  /** Of model files kept open at a time, one for each session. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 2 * 2 ** 30;
const platform = 'onnx_onnxv1';
/** As Triton's schedule policy extension has it: microseconds, 0 is none. */
const timeoutParameter = 'timeout';

export class ModelServer implements ProtocolBackend {
  readonly server: ProtocolBackend['server'];
  readonly #source: VersionSource;
  readonly #meter: Meter;
  readonly #versions: LoadedVersions;
  /** By model; only of those whose settings keep answers. */
  readonly #caches = new Map<string, ResponseCache>();
  /** What an admin unloaded and did not load again: `digits`, `digits@3`. */
  readonly #unloaded = new Set<string>();

  constructor({
    source,
    server,
    meter = silentMeter,
    maxBytes = defaultMaxBytes,
    ...runner
  }: ModelServerOptions) {
    this.server = server;
    this.#source = source;
    this.#meter = meter;
    this.#versions = new LoadedVersions({ ...runner, source, meter, maxBytes });
  }

  async resolve({ model, version }: Target): Promise<Resolved> {
    const resolved = { model, version: await this.#source.resolve({ model, version }) };
    return version === undefined ? resolved : { ...resolved, asked: version };
  }

  async metadata({ model, version }: Resolved): Promise<ModelMetadata> {
    const { runner } = await this.#loaded(model, version);
    return {
      name: model,
      versions: [String(version)],
      platform,
      inputs: runner.inputs.map(copySpec),
      outputs: runner.outputs.map(copySpec),
    };
  }

  async ready({ model, version }: Resolved): Promise<void> {
    await this.#loaded(model, version);
  }

  describe({ model, version }: Resolved): Promise<Description> {
    return this.#source.facts(model, version);
  }

  async admit(resolved: Resolved, context: InferContext): Promise<void> {
    const loaded = this.#versions.peek(resolved.model, resolved.version);
    // What is kept is answered however full it is.
    if (!loaded || loaded.serving.cacheBytes > 0) return;
    const now = performance.now();
    const waitMs = Math.min(loaded.serving.deadlineMs, context.timeoutMs ?? Infinity);
    const full = loaded.queue.whyFull((context.arrivedAt ?? now) + waitMs, now);
    if (!full) return;
    this.#meter.request(resolved.model, String(resolved.version), full.code, 0);
    throw await this.#shed(resolved, full);
  }

  async infer(resolved: Resolved, request: InferRequest, context: InferContext): Promise<Answered> {
    const { model, version } = resolved;
    const arrivedAt = performance.now();
    let outcome = 'ok';
    try {
      return await this.#infer(resolved, request, context, arrivedAt);
    } catch (error) {
      outcome = toFailure(error).code;
      throw error instanceof HaversackError ? await this.#shed(resolved, error) : error;
    } finally {
      // What is not there is not counted by name: callers think of any number of names.
      if (outcome !== 'NotFound') {
        this.#meter.request(model, String(version), outcome, (performance.now() - arrivedAt) / 1000);
      }
    }
  }

  async index(only?: string): Promise<readonly IndexEntry[]> {
    const all = await this.#source.list(only);
    return all.map(({ model, version }): IndexEntry => {
      const entry = { name: model, version: String(version), reason: '' };
      const load = this.#versions.stateOf(model, version);
      if (load.state === 'UNAVAILABLE') return { ...entry, ...load };
      const isUnloaded = load.state === 'UNKNOWN' && this.#isUnloaded(model, version);
      return { ...entry, ...(isUnloaded ? { state: 'UNAVAILABLE', reason: 'unloaded' } : load) };
    });
  }

  /** Anew, where it is loaded: what is there answers until the new one is proved, and goes on where it is not. */
  async load(target: Target): Promise<void> {
    const { model, version } = await this.resolve(target);
    await this.#versions.reload(model, version);
    this.#unloaded.delete(model);
    this.#unloaded.delete(nameOf(model, version));
  }

  /** Without a version all of the model's. They answer who waits, and nobody else until they are loaded again. */
  async unload(target: Target): Promise<void> {
    const { model, version } = await this.resolve(target);
    const isAll = target.version === undefined;
    this.#unloaded.add(isAll ? model : nameOf(model, version));
    const versions = isAll ? this.#versions.versionsOf(model) : [version];
    await Promise.all(versions.map(each => this.#versions.unload(model, each)));
  }

  /** Loads a version of a model that is being served, before anybody asks for it: an alias is about to mean it. */
  async prepare(model: string, version: number): Promise<void> {
    if (this.#versions.versionsOf(model).length > 0) await this.#loaded(model, version);
  }

  /** What a client that is turned away can run by itself; null where there is nothing. Never throws. */
  async offload({ model, version }: Resolved): Promise<Offload | null> {
    return this.#source.offload(model, version).catch(() => null);
  }

  /** Answers who waits, then ends every session. */
  close(): Promise<void> {
    return this.#versions.close();
  }

  async #infer(
    { model, version }: Resolved,
    request: InferRequest,
    context: InferContext,
    arrivedAt: number,
  ): Promise<Answered> {
    const serving = await this.#source.serving(model);
    const deadlineAt = (context.arrivedAt ?? arrivedAt) + waitOf(serving, request, context);
    const inItsTime = <T>(work: Promise<T>, done: 'loaded' | 'answered') => {
      const waitMs = Math.max(0, deadlineAt - performance.now());
      return inTime(work, { name: nameOf(model, version), done, waitMs, signal: context.signal });
    };
    const open = async () =>
      this.#versions.peek(model, version) ?? (await inItsTime(this.#loaded(model, version), 'loaded'));
    const loaded = this.#versions.peek(model, version) ?? (await open());
    loaded.serving = serving;
    const { inputs, outputs } = loaded.runner;
    checkFeeds(inputs, request.inputs);
    checkOutputs(outputs, request);
    const asked = {
      feeds: request.inputs,
      deadlineAt,
      isGone: context.isGone ?? (() => context.signal.aborted),
    };
    const compute = async () => {
      // Its place may be another's by now: what is dropped takes nobody new.
      const now = loaded.retired ? await open() : loaded;
      return answered(now, request, await now.queue.ask(asked));
    };
    const cache = this.#cacheOf(model, serving);
    if (!cache) return compute();
    return cache.answer(
      cacheKeyOf(loaded.facts.digest, context.tenant, request),
      serving.cacheBytes,
      compute,
      result => this.#meter.cache(model, result),
      flight => inItsTime(flight, 'answered'),
    );
  }

  /** Counts who is turned away; who could have been answered elsewhere is told what with. */
  async #shed(resolved: Resolved, error: HaversackError): Promise<HaversackError> {
    const { code } = error;
    if (code === 'Overloaded' || code === 'DeadlineExceeded' || code === 'Aborted') {
      this.#meter.shed(resolved.model, code);
    }
    return code === 'Overloaded' ? withOffload(error, await this.offload(resolved)) : error;
  }

  async #loaded(model: string, version: number): Promise<LoadedVersion> {
    if (this.#isUnloaded(model, version)) {
      throw new HaversackError(
        'Unavailable',
        `${nameOf(model, version)} was unloaded; load it again to ask it.`,
      );
    }
    return this.#versions.get(model, version);
  }

  #isUnloaded(model: string, version: number): boolean {
    return this.#unloaded.has(model) || this.#unloaded.has(nameOf(model, version));
  }

  #cacheOf(model: string, { cacheBytes }: Serving): ResponseCache | null {
    const present = this.#caches.get(model);
    if (cacheBytes === 0) {
      if (present) this.#caches.delete(model);
      return null;
    }
    const cache = present ?? new ResponseCache();
    if (!present) this.#caches.set(model, cache);
    cache.shrink(cacheBytes);
    return cache;
  }
}

function answered(
  { model, version, facts, runner }: LoadedVersion,
  { outputs: wanted }: InferRequest,
  { outputs, ms }: Ran,
): Answered {
  return {
    outputs: wanted ? pick(outputs, wanted) : outputs,
    by: {
      who: 'server',
      model,
      version: String(version),
      variant: facts.variant,
      provider: runner.provider,
      ms,
    },
  };
}

/** The shortest of what the model's settings, the request and the caller say. */
function waitOf(
  { deadlineMs }: Pick<Serving, 'deadlineMs'>,
  { parameters }: InferRequest,
  { timeoutMs }: InferContext,
): number {
  const timeout = parameters[timeoutParameter];
  const ownMs = typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : Infinity;
  return Math.min(deadlineMs, ownMs, timeoutMs ?? Infinity);
}

/** @throws HaversackError `InputInvalid` */
function checkOutputs(specs: readonly TensorSpec[], { outputs }: InferRequest): void {
  const unknown = outputs?.find(({ name }) => !specs.some(spec => spec.name === name));
  if (!unknown) return;
  const names = specs.map(({ name }) => name).join(', ');
  throw new HaversackError('InputInvalid', `there is no output '${unknown.name}', only ${names}`);
}

function pick(outputs: TensorMap, wanted: readonly { readonly name: string }[]): TensorMap {
  return Object.fromEntries(wanted.map(({ name }) => [name, outputs[name]!]));
}

function copySpec({ name, datatype, shape }: TensorSpec): ModelMetadata['inputs'][number] {
  return { name, datatype, shape: [...shape] };
}

function nameOf(model: string, version: number): string {
  return `${model}@${version}`;
}
