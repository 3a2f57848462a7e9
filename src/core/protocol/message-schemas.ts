// What the messages of the protocol must be like, where they come in from a client, and for what is generated from schemas.
import { datatypeSchema, shapeSchema } from '../datatype-schema.ts';
import { z } from '../zod.ts';
import {
  type InferResponseMessage,
  maxDimension,
  maxDimensions,
  maxIdLength,
  maxNameLength,
  maxTensors,
  type ModelMetadata,
  type Parameters,
  type ServerMetadata,
  type TensorMessage,
} from './messages.ts';

const name = z.string().min(1).max(maxNameLength);

export const parametersSchema: z.ZodType<Parameters> = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]),
);

const size = z.number().int().min(0).max(maxDimension);

const tensorMessageSchema: z.ZodType<TensorMessage> = z.object({
  name,
  shape: z.array(size).max(maxDimensions),
  datatype: datatypeSchema,
  parameters: parametersSchema.optional(),
  data: z.custom<unknown[]>(Array.isArray, 'expected an array').optional(),
});

const requestedOutputSchema = z.object({ name, parameters: parametersSchema.optional() });

export const inferRequestMessageSchema = z.object({
  id: z.string().max(maxIdLength).optional(),
  parameters: parametersSchema.optional(),
  inputs: z.array(tensorMessageSchema).max(maxTensors),
  outputs: z.array(requestedOutputSchema).max(maxTensors).optional(),
});
export type InferRequestMessage = z.infer<typeof inferRequestMessageSchema>;

export const inferResponseMessageSchema: z.ZodType<InferResponseMessage> = z.object({
  model_name: z.string().optional(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  parameters: parametersSchema.optional(),
  outputs: z.array(tensorMessageSchema).max(maxTensors),
});

const metadataTensorSchema = z.object({ name: z.string(), datatype: datatypeSchema, shape: shapeSchema });

/** Engines leave out, or say null, what nobody told them of a model (MLServer, KServe). */
const metadataTensorsSchema = z
  .array(metadataTensorSchema)
  .nullish()
  .transform(tensors => tensors ?? []);

export const modelMetadataSchema: z.ZodType<ModelMetadata> = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: metadataTensorsSchema,
  outputs: metadataTensorsSchema,
  // MLServer's may be nested: only what the protocol allows is kept.
  parameters: parametersSchema.optional().catch(undefined),
});

export const serverMetadataSchema: z.ZodType<ServerMetadata> = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
