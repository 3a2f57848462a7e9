// The JSON messages of the Open Inference Protocol v2 (kserve/open-inference-protocol, inference_rest.md and
// open_inference_rest.yaml), with the parameters of Triton's binary tensor data extension. Their schemas are in
// `message-schemas.ts`: what writes messages and reads answers must do without a schema library.
import type { Datatype } from '../datatype.ts';

/** Of /v2. */
export const protocolRoot = '/v2';
export const binaryExtension = 'binary_tensor_data';
/** How many bytes of the body are JSON; the tensors' bytes follow. Without it the whole body is JSON. */
export const headerLengthHeader = 'Inference-Header-Content-Length';
export const jsonMediaType = 'application/json';
export const binaryMediaType = 'application/octet-stream';
/** Larger tensors are refused, as by Triton (--http-max-input-size). */
export const maxTensorBytes = 64 * 2 ** 20;
export const maxTensors = 256;
/** Of a request: its own, its inputs' and its outputs' together. */
export const maxParameters = 1024;
/** Of a tensor; of one of its dimensions. */
export const maxDimensions = 16;
export const maxDimension = 2 ** 40;
export const maxNameLength = 256;
export const maxIdLength = 1024;

export type Parameters = Record<string, string | number | boolean>;

export interface TensorMessage {
  name: string;
  shape: number[];
  datatype: Datatype;
  parameters?: Parameters | undefined;
  /** Flat or nested; absent where `parameters.binary_data_size` says that it follows the JSON. */
  data?: unknown[] | undefined;
}

/** `model_name` is required, yet missing in the specification's own example: taken without. */
export interface InferResponseMessage {
  model_name?: string | undefined;
  model_version?: string | undefined;
  id?: string | undefined;
  parameters?: Parameters | undefined;
  outputs: TensorMessage[];
}

export interface MetadataTensor {
  name: string;
  datatype: Datatype;
  /** −1 is a dimension of free size. */
  shape: number[];
}

export interface ModelMetadata {
  name: string;
  /** Those that can be asked for. */
  versions?: string[] | undefined;
  platform: string;
  inputs: MetadataTensor[];
  outputs: MetadataTensor[];
  /** As MLServer has it; Haversack's own are `describedInterface` and `describedLabels`. */
  parameters?: Parameters | undefined;
}

/** Parameter of a model's metadata: its interface (what inputs mean, how an answer is decided) as JSON. */
export const describedInterface = 'interface';
/** Parameter of a model's metadata: its labels, in the order of the classes, as JSON. */
export const describedLabels = 'labels';

export interface ServerMetadata {
  name: string;
  version: string;
  extensions: string[];
}

/** Before the names of outputs that are the server's decision and not the model's (request parameter `decision`). */
export const decisionPrefix = 'decision.';
