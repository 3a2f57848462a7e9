// The topology artifact of versions that TensorFlow.js trains: the layers model without weights, and which initializer of
// the ONNX graph each weight is. Knows neither library.
import { HaversackError } from '../core/errors.ts';
import { layoutSchema } from '../core/import/tfjs-layers/layouts.ts';
import { z } from '../core/zod.ts';

export const topologyFormat = 'haversack-tfjs/1';
/** `engine` of the artifact's descriptor. */
export const topologyEngine = 'tfjs';

/** What the ONNX graph does to an input before the first layer; a training engine does the same. */
export const preprocessingSchema = z.discriminatedUnion('op', [
  /** (x − mean) / scale, a mean and a scale for each number of a sample. */
  z.object({ op: z.literal('standardize'), mean: z.array(z.number()), scale: z.array(z.number()) }),
  z.object({ op: z.literal('divide'), by: z.number() }),
]);
export type Preprocessing = z.infer<typeof preprocessingSchema>;

const layerSchema = z.object({
  class_name: z.string().max(64),
  config: z.looseObject({ name: z.string().max(128) }),
});
export type LayerJson = z.infer<typeof layerSchema>;

export const topologySchema = z.object({
  format: z.literal(topologyFormat),
  /** `LayersModel.toJSON`. A chain of layers; other graphs are not trained here. */
  layers: z.looseObject({
    class_name: z.literal('Sequential'),
    config: z.looseObject({ name: z.string().max(128), layers: z.array(layerSchema).min(1).max(1024) }),
  }),
  preprocessing: z.array(preprocessingSchema).max(8),
  weights: z
    .array(z.object({ weight: z.string().max(256), initializer: z.string().max(256), layout: layoutSchema }))
    .max(4096),
  /** Names of the layers that are the head: the last ones of the chain. */
  head: z.array(z.string().max(128)).max(1024),
  /** One sample as TensorFlow.js has it: [features] or [height, width, channels]. */
  sampleShape: z.array(z.number().int().min(1)).min(1).max(3),
});
export type Topology = z.infer<typeof topologySchema>;

/** @throws HaversackError `TrainingImpossible` where it is not a topology of this engine. */
export function parseTopology(value: unknown): Topology {
  const parsed = topologySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HaversackError(
    'TrainingImpossible',
    `Its topology is not ${topologyFormat}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
  );
}
