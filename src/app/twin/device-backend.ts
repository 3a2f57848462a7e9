// The protocol's backend on a device: its own versions, computed by the page's serving worker. Metadata, index and readiness come
// from the store and start no runtime.
import { HaversackError } from '../../core/errors.ts';
import type { InferRequest } from '../../core/protocol/infer-request.ts';
import type { ModelMetadata } from '../../core/protocol/messages.ts';
import type { Result } from '../../core/result.ts';
import type {
  Answered,
  Description,
  IndexEntry,
  InferContext,
  ProtocolBackend,
  Resolved,
  Target,
} from '../../core/serve/service.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { ServedModels } from '../bridge/served-models.ts';
import { withDeadline } from './deadline.ts';
import { type InstalledVersions, unnumbered } from './installed-versions.ts';
import { Lane } from './lane.ts';

export interface DeviceBackendOptions {
  readonly versions: InstalledVersions;
  readonly models: ServedModels;
  /** The build of the app. */
  readonly version: string;
  /** Gets what a target means onto this device, and with it the runtime. @throws HaversackError `Offline`, `NotFound`, … */
  readonly fetchVersion: (target: Target) => Promise<void>;
}

/** More waiting, and the last would wait longer than anybody does. */
const limits = { atOnce: 2, waiting: 64 };

export class DeviceBackend implements ProtocolBackend {
  readonly server: ProtocolBackend['server'];
  readonly #options: DeviceBackendOptions;
  readonly #lane = new Lane(limits);

  constructor(options: DeviceBackendOptions) {
    this.#options = options;
    this.server = { name: 'haversack-device', version: options.version };
  }

  async resolve({ model, version }: Target): Promise<Resolved> {
    const found = await this.#options.versions.resolve(model, version);
    return { model, version: found, ...(version === undefined ? {} : { asked: version }) };
  }

  async metadata({ model, version }: Resolved): Promise<ModelMetadata> {
    const { manifest } = await this.#options.versions.get(model, version);
    const here = (await this.#options.versions.list()).filter(row => row.model === model);
    const { inputs, outputs } = manifest.interface;
    return {
      name: model,
      versions: here.map(row => String(row.version)),
      platform: 'onnx_onnxv1',
      inputs: inputs.map(specOf),
      outputs: outputs.map(specOf),
    };
  }

  /** A version is made visible whole, and is tried when it is opened: that it is here is all that the store can tell. */
  async ready({ model, version }: Resolved): Promise<void> {
    await this.#options.versions.get(model, version);
  }

  async describe({ model, version }: Resolved): Promise<Description> {
    const { manifest } = await this.#options.versions.get(model, version);
    return { interface: manifest.interface, labels: manifest.labels };
  }

  async infer({ model, version }: Resolved, request: InferRequest, context: InferContext): Promise<Answered> {
    const { manifest, target } = await this.#options.versions.get(model, version);
    assertOutputs(
      request,
      manifest.interface.outputs.map(({ name }) => name),
    );
    const named = version === unnumbered ? null : String(version);
    return withDeadline(request, context, async signal => {
      const served = await this.#lane.run(signal, async () =>
        valueOf(await this.#options.models.predict(target, request.inputs)),
      );
      const { outputs, provider, runMs } = served;
      return {
        outputs: request.outputs ? pick(outputs, request.outputs) : outputs,
        by: { who: 'device', model, version: named, variant: served.variant, provider, ms: runMs },
      };
    });
  }

  async index(): Promise<readonly IndexEntry[]> {
    const { versions } = this.#options;
    const numbered = (await versions.list()).map(({ model, version }) => [model, String(version)] as const);
    const others = (await versions.unnumbered()).map(model => [model, ''] as const);
    return [...numbered, ...others].map(([name, version]) => ({ name, version, state: 'READY', reason: '' }));
  }

  /** Opens it; where it is not here, gets it first. */
  async load(target: Target): Promise<void> {
    const { versions, models, fetchVersion } = this.#options;
    const version = await versions.resolve(target.model, target.version).catch(async (thrown: unknown) => {
      if (!(thrown instanceof HaversackError) || !isNotHere(thrown)) throw thrown;
      await fetchVersion(target);
      return versions.resolve(target.model, target.version);
    });
    valueOf(await models.open((await versions.get(target.model, version)).target));
  }

  /** Its memory; the version stays on the device, and the next question opens it again. */
  async unload({ model, version }: Target): Promise<void> {
    const { versions, models } = this.#options;
    const found = await versions.resolve(model, version);
    if (found === unnumbered) models.close((await versions.get(model, found)).target);
    else models.closeAll(model, version === undefined ? undefined : found);
  }
}

function isNotHere({ code }: HaversackError): boolean {
  return code === 'NotInstalled' || code === 'NotFound';
}

/** @throws HaversackError */
function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new HaversackError(result.error.code, result.error.detail);
}

/** @throws HaversackError `InputInvalid` */
function assertOutputs({ outputs }: InferRequest, names: readonly string[]): void {
  const unknown = outputs?.find(({ name }) => !names.includes(name));
  if (!unknown) return;
  throw new HaversackError('InputInvalid', `there is no output '${unknown.name}', only ${names.join(', ')}`);
}

function pick(outputs: TensorMap, wanted: readonly { readonly name: string }[]): TensorMap {
  return Object.fromEntries(wanted.map(({ name }) => [name, outputs[name]!]));
}

function specOf({ name, datatype, shape }: ModelMetadata['inputs'][number]): ModelMetadata['inputs'][number] {
  return { name, datatype, shape: [...shape] };
}
