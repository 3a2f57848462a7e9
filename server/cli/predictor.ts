// Who answers a prediction for the command: ONNX Runtime in this process, or a server over the Open Inference Protocol.
import { InferenceClient } from '../../src/client/inference.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { connect, type Remote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { load, type LoadOptions } from './load.ts';
import { asFile, type ModelName, parseModelName } from './model-name.ts';

export interface Predictor {
  readonly model: string;
  /** Null for a file, or where a server has no versions. */
  readonly version: number | null;
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
  const name = parseModelName(text);
  const { openRegistry, token, url } = connect(io, options);
  const inference = new InferenceClient({ baseUrl: url, token });
  const known = (await fromRegistry(openRegistry, name, options)) ?? (await fromMetadata(inference, name));
  return {
    ...known,
    model: name.model,
    run: async inputs => {
      const version = known.version ?? name.at ?? undefined;
      return (await inference.predict(name.model, inputs, { version, signal: io.signal })).outputs;
    },
    close: () => Promise.resolve(),
  };
}

type Known = Pick<Predictor, 'version' | 'interface' | 'labels'>;

/** A Haversack server tells how an answer is decided. Null where the server is of another kind. */
async function fromRegistry(
  openRegistry: Remote['openRegistry'],
  name: ModelName,
  { registryKey }: LoadOptions,
): Promise<Known | null> {
  const registry = await openRegistry().catch((thrown: unknown) => {
    const other = thrown instanceof HaversackError && thrown.code === 'NotFound' && registryKey === undefined;
    if (other) return null;
    throw thrown;
  });
  if (!registry) return null;
  const { manifest } = await registry.version(name.model, await registry.resolve(name));
  return { version: manifest.version, interface: manifest.interface, labels: manifest.labels };
}

async function fromMetadata(inference: InferenceClient, { model, at }: ModelName): Promise<Known> {
  const { inputs, outputs } = await inference.metadata(model, at ?? undefined);
  const unsaid = <T>(tensor: T) => ({ ...tensor, meaning: null });
  return {
    version: typeof at === 'number' ? at : null,
    interface: { inputs: inputs.map(unsaid), outputs: outputs.map(unsaid), decision: null },
    labels: null,
  };
}
