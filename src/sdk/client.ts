// The client: what a program asks for predictions. Puts together who is asked, in which form, and what happens when nobody answers.
import type { ModelMetadata, ServerMetadata } from '../core/protocol/messages.ts';
import type { TensorMap } from '../core/tensor.ts';
import { type Computed, toAnswer } from './answer.ts';
import type { Batcher } from './batcher.ts';
import { ClientError, clientError } from './client-error.ts';
import type { Described } from './described.ts';
import { type ClientEvents, Events } from './events.ts';
import { asTensors, toTensors } from './inputs.ts';
import type { Local } from './local.ts';
import { ModelHandle } from './model-handle.ts';
import type { ClientOptions } from './options.ts';
import { Remote } from './remote.ts';
import { type Scope, within } from './scope.ts';
import { nameOf, type Target, toTarget } from './target.ts';
import { Transport } from './transport.ts';
import type { AnyModel, AnyModels, Answer, CallOptions, ModelTypes, PredictOptions } from './types.ts';

const defaultTimeoutMs = 30_000;
/** What a model takes may change with the version that an alias means. */
const describedForMs = 60_000;

type ModelName<Models> = (keyof Models & string) | `${keyof Models & string}@${string}`;
type BaseName<Name extends string> = Name extends `${infer Base}@${string}` ? Base : Name;
type TypesOf<Models, Name extends string> =
  BaseName<Name> extends keyof Models
    ? Models[BaseName<Name>] extends ModelTypes
      ? Models[BaseName<Name>]
      : never
    : never;

/**
 * Asks models of one server. `Models` names them with their inputs and outputs, where a program knows them.
 * All methods throw `ClientError`, and nothing else.
 */
export class HaversackClient<Models extends { [Name in keyof Models]: ModelTypes } = AnyModels> {
  readonly #options: ClientOptions;
  readonly #events = new Events();
  readonly #remote: Remote;
  readonly #described = new Map<string, { readonly until: number; readonly what: Described }>();
  readonly #describing = new Map<string, Promise<Described>>();
  /** Parts that most programs do without: fetched by those that need them, and null for the others. */
  readonly #batcher: () => Promise<Batcher | null>;
  readonly #local: () => Promise<Local | null>;
  readonly #stopHosting: () => Promise<(() => void) | null>;

  constructor(options: ClientOptions = {}) {
    this.#options = options;
    const { batch, runtime, local, host, binary } = options;
    const url = serverOf(options);
    this.#remote = new Remote(new Transport(url, options), this.#events, binary);
    this.#batcher = part(batch, async limits => new (await import('./batcher.ts')).Batcher(limits));
    this.#local = part(
      local === 'never' ? null : runtime,
      async given => new (await import('./local.ts')).Local(url, given, options),
    );
    this.#stopHosting = part(host !== false && isOwnOrigin(url), async () =>
      (await import('./twin.ts')).beHostWhenAsked(url),
    );
  }

  /** Listens. @returns what ends it */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** @param name `digits`, `digits@3`, `digits@canary` */
  model<Name extends ModelName<Models>>(name: Name): ModelHandle<TypesOf<Models, Name>> {
    return new ModelHandle(this as unknown as HaversackClient, name);
  }

  /**
   * Answers one row or many. Rows may come by the names of their features, as arrays, as typed arrays, as whole tensors, or as
   * pictures and drawings.
   */
  async predict<Name extends ModelName<Models>>(
    name: Name,
    input: TypesOf<Models, Name>['input'],
    options: PredictOptions = {},
  ): Promise<Answer<TypesOf<Models, Name>['outputs']>> {
    const target = toTarget(name);
    const started = performance.now();
    const computed = await this.#within(options, scope =>
      this.#predict(target, input as AnyModel['input'], options, scope),
    );
    const { version, answeredBy } = computed;
    this.#events.emit('answered', { model: name, version, answeredBy, ms: performance.now() - started });
    return toAnswer(target.model, computed);
  }

  /** What a model takes and gives. */
  metadata(name: ModelName<Models>, options: CallOptions = {}): Promise<ModelMetadata> {
    return this.#within(options, async scope => (await this.#describe(toTarget(name), scope)).metadata);
  }

  server(options: CallOptions = {}): Promise<ServerMetadata> {
    return this.#within(options, scope => this.#remote.server(scope));
  }

  /** Whether the server, or that model, would answer now. False is an answer; only `Aborted` is thrown. */
  async ready(name: ModelName<Models> | null = null, options: CallOptions = {}): Promise<boolean> {
    const target = name === null ? null : toTarget(name);
    try {
      await this.#within(options, scope => this.#remote.ready(target, scope));
      return true;
    } catch (thrown) {
      if (thrown instanceof ClientError && thrown.code !== 'Aborted') return false;
      throw thrown;
    }
  }

  /** Fetches a model and opens it here, for when the server cannot be reached. Needs `runtime`. */
  prepare(name: ModelName<Models>, options: CallOptions = {}): Promise<void> {
    return this.#within(options, async ({ signal }) => {
      const local = await this.#local();
      if (!local) throw clientError('InputInvalid', 'nothing computes here: give a runtime');
      await local.prepare(toTarget(name), signal);
    });
  }

  /**
   * Frees what is open here. A page that the service worker has not asked to compute for others yet is not asked any more; one
   * that does goes on until it is closed.
   */
  async close(): Promise<void> {
    (await orNull(this.#stopHosting()))?.();
    await (await orNull(this.#local()))?.dispose();
  }

  #within<T>(
    { signal, timeoutMs = this.#options.timeoutMs ?? defaultTimeoutMs }: CallOptions,
    work: (scope: Scope) => Promise<T>,
  ): Promise<T> {
    return within({ timeoutMs, ...(signal && { signal }) }, work);
  }

  async #predict(
    target: Target,
    input: AnyModel['input'],
    { outputs }: PredictOptions,
    scope: Scope,
  ): Promise<Computed> {
    const [whole, batcher] = [asTensors(input), await orNull(this.#batcher())];
    const described = whole && !batcher ? null : await this.#describe(target, scope);
    const inputs = whole ?? (await toTensors(input, described!));
    const decision = described?.decides === true && outputs === undefined;
    const compute = (merged: TensorMap, its: Scope) =>
      this.#compute(target, merged, { decision, outputs }, its);
    const isByRows = described?.inputs.every(({ shape }) => shape[0] === -1) === true;
    if (!batcher || !isByRows) return compute(inputs, scope);
    return batcher.add(`${nameOf(target)} ${outputs?.join()}`, inputs, scope, compute);
  }

  async #compute(
    target: Target,
    inputs: TensorMap,
    options: { readonly decision: boolean; readonly outputs: readonly string[] | undefined },
    scope: Scope,
  ): Promise<Computed> {
    const local = await orNull(this.#local());
    const preferred = await local?.preferred(target, scope);
    if (preferred) return preferred.infer(target, inputs, options.outputs);
    const hasOtherWay = (error: ClientError) => local?.canReplace(target, error) === true;
    try {
      return await this.#remote.infer(target, inputs, { ...options, hasOtherWay }, scope);
    } catch (thrown) {
      if (!(thrown instanceof ClientError) || !hasOtherWay(thrown)) throw thrown;
      const here = await local!.inPlaceOf(target, thrown, scope);
      this.#events.emit('fallback', { model: nameOf(target), error: thrown });
      return here.infer(target, inputs, options.outputs);
    }
  }

  async #describe(target: Target, scope: Scope): Promise<Described> {
    const name = nameOf(target);
    const known = this.#described.get(name);
    if (known && known.until > performance.now()) return known.what;
    // Who asks at the same time asks once; where that one gave up, each for itself.
    const asked = await this.#describing.get(name)?.catch(() => null);
    if (asked) return asked;
    const here = (await orNull(this.#local()))?.describe(target) ?? null;
    try {
      const asking = this.#remote.describe(target, scope, () => here !== null);
      this.#describing.set(name, asking);
      const what = await asking;
      this.#described.set(name, { what, until: performance.now() + describedForMs });
      return what;
    } catch (thrown) {
      // What was known a while ago is better than nothing, where the server cannot be asked.
      const otherwise = known?.what ?? here;
      if (otherwise && thrown instanceof ClientError && thrown.isUnheard) return otherwise;
      throw thrown;
    } finally {
      this.#describing.delete(name);
    }
  }
}

/**
 * Fetched at once, for later there may be no network, and again where that failed; null where `given` is nothing. What fails
 * to come rejects when it is used.
 */
function part<Given, Part>(
  given: Given | false | null | undefined,
  load: (given: Given) => Promise<Part>,
): () => Promise<Part | null> {
  if (!given) return () => Promise.resolve(null);
  let loading: Promise<Part> | null = null;
  const get = () => {
    loading ??= load(given).catch((cause: unknown) => {
      loading = null;
      throw clientError('Offline', 'a part of the client could not be loaded', cause);
    });
    return loading;
  };
  get().catch(() => undefined);
  return get;
}

/** A part that cannot be had (a newer build has taken its file away) is done without: the server may answer all the same. */
function orNull<Part>(part: Promise<Part | null>): Promise<Part | null> {
  return part.catch(() => null);
}

/** A page asks where it comes from; a program must say. */
function serverOf({ url }: ClientOptions): string {
  const server = url ?? (globalThis as { location?: { origin?: string } }).location?.origin;
  if (server === undefined) throw clientError('InputInvalid', 'url: name the server');
  return server.replace(/\/+$/, '');
}

/** Whether this is a page of the server's own, which its service worker may ask to compute. */
function isOwnOrigin(url: string): boolean {
  const { location, navigator } = globalThis as { location?: Location; navigator?: Navigator };
  return location?.origin === new URL(url).origin && navigator !== undefined && 'serviceWorker' in navigator;
}
