// A model that is loaded and can be run, whoever hosts it: ONNX Runtime Web in a worker, ONNX Runtime in Node.
import type { Datatype } from '../datatype.ts';
import type { TensorMap } from '../tensor.ts';

/** What computes. `wasm` and `webgpu` in a browser, `cpu` in Node. */
export type Provider = 'wasm' | 'webgpu' | 'cpu';

export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** −1 is a dimension of free size. */
  readonly shape: readonly number[];
}

export interface Session {
  readonly provider: Provider;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Runs the model once. The feeds still belong to the caller; the results belong to the caller too.
   * @throws HaversackError `InputInvalid` (names what was got and wanted), `RuntimeFailed`
   */
  run(feeds: TensorMap): Promise<TensorMap>;
  /** Frees it. Nothing may be called after. */
  dispose(): Promise<void>;
}

/**
 * Opens a whole ONNX file.
 * @throws HaversackError `NotOnnx`, `OperatorUnsupported`, `ExternalDataMissing`, `ModelInvalid`
 */
export type OpenSession = (model: Uint8Array<ArrayBuffer>) => Promise<Session>;
