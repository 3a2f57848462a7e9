// The JSON messages of the Open Inference Protocol v2 (kserve/open-inference-protocol, inference_rest.md and
// open_inference_rest.yaml), with the parameters of Triton's binary tensor data extension.
import { datatypeSchema, shapeSchema } from '../datatype.ts';
import { z } from '../zod.ts';

/** Of /v2. */
export const protocolRoot = '/v2';
export const binaryExtension = 'binary_tensor_data';
/** How many bytes of the body are JSON; the tensors' bytes follow. Without it the whole body is JSON. */
export const headerLengthHeader = 'Inference-Header-Content-Length';
export const jsonMediaType = 'application/json';
export const binaryMediaType = 'application/octet-stream';
/** Larger tensors are refused, as by Triton (--http-max-input-size). */
export const maxTensorBytes = 64 * 2 ** 20;

const maxTensors = 256;
const name = z.string().min(1).max(256);

export const parametersSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type Parameters = z.infer<typeof parametersSchema>;

const size = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40);

const tensorMessageSchema = z.object({
  name,
  shape: z.array(size).max(16),
  datatype: datatypeSchema,
  parameters: parametersSchema.optional(),
  /** Flat or nested; absent where `parameters.binary_data_size` says that it follows the JSON. */
  data: z.custom<unknown[]>(Array.isArray, 'expected an array').optional(),
});
export type TensorMessage = z.infer<typeof tensorMessageSchema>;

const requestedOutputSchema = z.object({ name, parameters: parametersSchema.optional() });

export const inferRequestMessageSchema = z.object({
  id: z.string().max(1024).optional(),
  parameters: parametersSchema.optional(),
  inputs: z.array(tensorMessageSchema).max(maxTensors),
  outputs: z.array(requestedOutputSchema).max(maxTensors).optional(),
});

/** `model_name` is required, yet missing in the specification's own example: taken without. */
export const inferResponseMessageSchema = z.object({
  model_name: z.string().optional(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  parameters: parametersSchema.optional(),
  outputs: z.array(tensorMessageSchema).max(maxTensors),
});
export type InferResponseMessage = z.infer<typeof inferResponseMessageSchema>;

const metadataTensorSchema = z.object({ name: z.string(), datatype: datatypeSchema, shape: shapeSchema });

export const modelMetadataSchema = z.object({
  name: z.string(),
  /** Those that can be asked for. */
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(metadataTensorSchema),
  outputs: z.array(metadataTensorSchema),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

export const serverMetadataSchema = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
