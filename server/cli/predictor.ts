// Who answers a prediction for the command: ONNX Runtime in this process, or a server over the Open Inference Protocol.
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import type { Io } from './io.ts';
import { load, type LoadOptions } from './load.ts';

export interface Predictor {
  readonly model: string;
  /** Null for a file. */
  readonly version: number | null;
  readonly interface: ModelInterface;
  readonly labels: readonly string[] | null;
  run(inputs: TensorMap): Promise<TensorMap>;
  close(): Promise<void>;
}

export async function openPredictor(io: Io, name: string, options: LoadOptions): Promise<Predictor> {
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
