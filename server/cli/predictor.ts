// Who answers a prediction for the command: ONNX Runtime in this process, or a server over the Open Inference Protocol.
import { InferenceClient } from '../../src/client/inference.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import { type ErrorCode, HaversackError } from '../../src/core/errors.ts';
import { binaryExtension } from '../../src/core/protocol/messages.ts';
import { readDescription } from '../../src/core/serve/described.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { connect, type Remote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { load, type LoadOptions } from './load.ts';
import { asFile, type ModelName } from './model-name.ts';

export interface Predictor {
  readonly model: string;
  /** Null for a file, or where a server has no versions; known last when the first run was answered. */
  readonly version: number | string | null;
  readonly interface: ModelInterface;
  readonly labels: readonly string[] | null;
  run(inputs: TensorMap): Promise<TensorMap>;
  close(): Promise<void>;
}

/** With `--url` the server answers; else this process does. */
export async function openPredictor(io: Io, name: string, options: LoadOptions): Promise<Predictor> {
  return options.url === undefined ? openHere(io, name, options) : openThere(io, name, options);
}

async function openHere(io: Io, name: string, options: LoadOptions): Promise<Predictor> {
  const loaded = await load(io, name, options);
  // The runtime is a large library, which no other verb needs.
  const { openNodeSession } = await import('../inference/session.ts');
  const session = await openNodeSession(loaded.file);
  return {
    model: loaded.model,
    version: loaded.version,
    interface: loaded.interface,
    labels: loaded.labels,
    run: inputs => session.run(inputs),
    close: () => session.dispose(),
  };
}

async function openThere(io: Io, text: string, options: LoadOptions): Promise<Predictor> {
  if ((await asFile(io, text)) !== null) {
    throw new UsageError(`${text} is a file; --url asks a server.`, 'Push it first, or leave out --url.');
  }
  if (options.variant !== undefined) {
    throw new UsageError(
      '--variant is for predictions here.',
      'A server chooses its own; leave out one of the two.',
    );
  }
  const name = remoteName(text);
  const { openRegistry, token, url } = connect(io, options);
  const inference = new InferenceClient({ baseUrl: url, token });
  const known =
    (await fromRegistry(openRegistry, name, options)) ?? (await fromMetadata(inference, name, io.signal));
  const binary = await speaksBinary(inference, io.signal);
  let answered: string | null = null;
  return {
    ...known,
    model: name.model,
    get version() {
      return known.version ?? numberOf(answered);
    },
    run: async inputs => {
      const version = known.version ?? name.at ?? undefined;
      const answer = await inference.predict(name.model, inputs, { version, binary, signal: io.signal });
      answered = answer.modelVersion;
      return answer.outputs;
    },
    close: () => Promise.resolve(),
  };
}

type Known = Pick<Predictor, 'interface' | 'labels'> & { readonly version: number | null };

/** Other servers know names and versions of other forms: `ResNet`, `v1.2`. */
function remoteName(text: string): ModelName {
  const at = text.indexOf('@');
  if (at < 0) return { model: text, at: null };
  const version = text.slice(at + 1);
  if (at === 0 || version === '') {
    throw new UsageError(`"${text}" names no model.`, 'Name one like digits, digits@2 or digits@production.');
  }
  return { model: text.slice(0, at), at: /^\d+$/.test(version) ? Number(version) : version };
}

function numberOf(version: string | null): number | string | null {
  return version !== null && /^\d{1,15}$/.test(version) ? Number(version) : version;
}

/** What says that this is the wrong registry, or that the caller may not ask it; all else that fails, it may not be one. */
const told: ReadonlySet<ErrorCode> = new Set([
  'KeyChanged',
  'SignatureInvalid',
  'Rollback',
  'Unauthorized',
  'Aborted',
]);

/**
 * A Haversack server tells how an answer is decided, signed. Null where the server is of another kind, or lets this key predict and
 * no more; where the registry must have a certain key, nothing else will do.
 */
async function fromRegistry(
  openRegistry: Remote['openRegistry'],
  name: ModelName,
  { registryKey }: LoadOptions,
): Promise<Known | null> {
  try {
    const registry = await openRegistry();
    const { manifest } = await registry.version(name.model, await registry.resolve(name));
    return { version: manifest.version, interface: manifest.interface, labels: manifest.labels };
  } catch (thrown) {
    if (!(thrown instanceof HaversackError) || registryKey !== undefined || told.has(thrown.code))
      throw thrown;
    return null;
  }
}

/** What `/v2` says; a Haversack server says there what inputs mean, too. */
async function fromMetadata(
  inference: InferenceClient,
  { model, at }: ModelName,
  signal: AbortSignal | undefined,
): Promise<Known> {
  const metadata = await inference.metadata(model, at ?? undefined, signal);
  const { inputs, outputs } = metadata;
  const unsaid = <T>(tensor: T) => ({ ...tensor, meaning: null });
  const plain = { inputs: inputs.map(unsaid), outputs: outputs.map(unsaid), decision: null };
  const { interface: its, labels } = readDescription(metadata) ?? { interface: plain, labels: null };
  return { version: typeof at === 'number' ? at : null, interface: its, labels };
}

async function speaksBinary(inference: InferenceClient, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await inference.server(signal)).extensions.includes(binaryExtension);
  } catch (thrown) {
    if (thrown instanceof HaversackError && !told.has(thrown.code)) return false;
    throw thrown;
  }
}
