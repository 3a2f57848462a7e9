// The local part: fetches models from the server's registry, checks who signed them and what they hash to, and runs them with the
// runtime that the program brought. Kept in memory only: what is to outlive the page is the app's business.
import { RegistryClient } from '../../client/registry.ts';
import { type OpenedVersion, TrustedRegistry, variantFile } from '../../client/trusted-registry.ts';
import { decidedOutputs } from '../../core/serve/decided-outputs.ts';
import { describedMetadata } from '../../core/serve/described.ts';
import { errorCatalogue, HaversackError } from '../../core/errors.ts';
import type { Offload } from '../../core/protocol/offload.ts';
import { openRuntimeSession } from '../../core/runtime/binding-session.ts';
import type { Session } from '../../core/runtime/session.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { Computed } from '../answer.ts';
import { ClientError } from '../client-error.ts';
import { describe } from '../described.ts';
import type { LocalPart } from '../local-part.ts';
import type { ClientOptions } from '../options.ts';
import { nameOf, type Target } from '../target.ts';

/** Each holds its weights: whoever needs more at a time needs a server. */
const maxOpen = 4;

export interface LocalOptions {
  readonly key: ClientOptions['key'] | undefined;
  readonly registryKey: string | undefined;
  readonly fetch: typeof fetch | undefined;
  readonly url: string;
  readonly runtime: NonNullable<ClientOptions['runtime']>;
  readonly maxBytes: number;
}

interface OpenModel {
  readonly version: OpenedVersion;
  readonly variant: string;
  readonly session: Session;
  /** Runs under way: a session must not be freed under one. */
  readonly running: Set<Promise<TensorMap>>;
}

export function openLocal(options: LocalOptions): LocalPart {
  const open = new Map<string, Promise<OpenModel>>();
  const ready = new Map<string, OpenModel>();
  const { key } = options;
  const client = new RegistryClient({
    baseUrl: options.url,
    token: async () => (typeof key === 'function' ? await key() : (key ?? null)),
    fetch: options.fetch,
  });

  const close = async (name: string) => {
    const model = ready.get(name);
    open.delete(name);
    ready.delete(name);
    if (!model) return;
    await Promise.allSettled([...model.running]);
    await model.session.dispose();
  };
  const add = async (target: Target, offload: Offload | null, signal: AbortSignal): Promise<void> => {
    const name = nameOf(target);
    const others = open.get(name);
    const opening = others ?? fetchModel(client, options, target, offload, signal);
    open.set(name, opening);
    try {
      ready.set(name, await opening);
    } catch (error) {
      if (open.get(name) === opening) open.delete(name);
      const known = toClientError(error);
      // Whoever began it gave up: that ends it for nobody else.
      if (others && known.code === 'Aborted' && !signal.aborted) return add(target, offload, signal);
      throw known;
    }
    const [oldest] = ready.keys();
    if (ready.size > maxOpen && oldest !== undefined) await close(oldest);
  };

  return {
    has: target => ready.has(nameOf(target)),
    open: add,
    describe: target => describeOpen(ready.get(nameOf(target))!),
    infer: async (target, inputs, outputs) => {
      const model = ready.get(nameOf(target));
      if (!model) throw toClientError(gaveWay(target));
      return infer(model, inputs, outputs);
    },
    dispose: async () => {
      for (const name of [...ready.keys()]) await close(name);
    },
  };
}

async function fetchModel(
  client: RegistryClient,
  options: LocalOptions,
  { model, at }: Target,
  offload: Offload | null,
  signal: AbortSignal,
): Promise<OpenModel> {
  const registry = await TrustedRegistry.open(client, { keyId: options.registryKey });
  const named = at !== null && /^\d+$/.test(at) ? Number(at) : at;
  const version = await registry.version(
    model,
    offload?.version ?? (await registry.resolve({ model, at: named })),
  );
  const variant = offload?.variant ?? chosenVariant(version, options.maxBytes);
  const found = variantFile(version, variant);
  if (found.ref.bytes > options.maxBytes) throw tooLarge(version, found.ref.bytes, options.maxBytes);
  const { file } = await registry.file(found, null, () => undefined, signal);
  const { interface: its } = version.manifest;
  const session = await openRuntimeSession(options.runtime, file, its);
  return { version, variant, session, running: new Set() };
}

/** The authority where it is within the limit, else the largest that is: the nearest to it. */
function chosenVariant(version: OpenedVersion, maxBytes: number): string {
  const { authority } = version.manifest;
  if (authority.file.bytes <= maxBytes) return authority.variant;
  const [largest] = version.variants
    .filter(({ file }) => file.bytes <= maxBytes)
    .sort((a, b) => b.file.bytes - a.file.bytes);
  if (!largest) throw tooLarge(version, authority.file.bytes, maxBytes);
  return largest.variant;
}

function tooLarge({ manifest }: OpenedVersion, bytes: number, maxBytes: number): HaversackError {
  const name = `${manifest.model}@${manifest.version}`;
  return new HaversackError('TooLarge', `${name} has ${bytes} bytes, localMaxBytes is ${maxBytes}`);
}

function describeOpen({ version: { manifest } }: OpenModel): ReturnType<typeof describe> {
  const { model, version, interface: its, labels } = manifest;
  const plain = ({
    name,
    datatype,
    shape,
  }: (typeof its)['inputs'][number] | (typeof its)['outputs'][number]) => ({
    name,
    datatype,
    shape,
  });
  const metadata = {
    name: model,
    versions: [String(version)],
    platform: 'onnx_onnxv1',
    inputs: its.inputs.map(plain),
    outputs: its.outputs.map(plain),
  };
  return describe(describedMetadata(metadata, { interface: its, labels }));
}

async function infer(
  { version: { manifest }, variant, session, running }: OpenModel,
  inputs: TensorMap,
  wanted: readonly string[] | undefined,
): Promise<Computed> {
  try {
    const started = performance.now();
    const run = session.run(inputs);
    running.add(run);
    const outputs = await run.finally(() => running.delete(run));
    const ms = performance.now() - started;
    const decided = wanted
      ? {}
      : decidedOutputs({ interface: manifest.interface, labels: manifest.labels }, outputs);
    const kept = wanted ? picked(outputs, wanted) : outputs;
    const version = String(manifest.version);
    const { provider } = session;
    return {
      version,
      outputs: { ...kept, ...decided },
      answeredBy: { who: 'device', model: manifest.model, version, variant, provider, ms },
    };
  } catch (error) {
    throw toClientError(error);
  }
}

function picked(outputs: TensorMap, names: readonly string[]): TensorMap {
  const unknown = names.find(name => !(name in outputs));
  if (unknown === undefined) return Object.fromEntries(names.map(name => [name, outputs[name]!]));
  const there = Object.keys(outputs).join(', ');
  throw new HaversackError('InputInvalid', `no output is called ${unknown}; there are ${there}`);
}

/** More are asked at a time than are kept open. */
function gaveWay(target: Target): HaversackError {
  return new HaversackError(
    'Unavailable',
    `${nameOf(target)} gave way to other models; ${maxOpen} are kept open`,
  );
}

function toClientError(error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const { code, detail } =
    error instanceof HaversackError ? error : { code: 'RuntimeFailed' as const, detail: String(error) };
  return new ClientError({ code, detail, ...errorCatalogue[code] }, { cause: error });
}
