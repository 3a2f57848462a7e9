// The full settings of a training run. Same recipe, data and seed give the same weights on the same host and provider.
import { z } from '../zod.ts';

export const trainRecipeSchema = z.object({
  kind: z.literal('train'),
  engine: z.enum(['tfjs']),
  /** `head`: only the layers that the topology calls the head. */
  scope: z.enum(['head', 'all']),
  loss: z.literal('sparse-categorical-cross-entropy'),
  optimizer: z.literal('adam'),
  learningRate: z.number().positive().max(10),
  epochs: z.number().int().min(1).max(10_000),
  batchSize: z.number().int().min(1).max(65_536),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /**
   * Each new sample of the training part is seen this many times an epoch, each row of the parent's data set once: few
   * are not drowned by what is replayed, and the more there are, the more they weigh. It counts for samples labelled on
   * the device that are not yet rows of the data set; once shared, they are rows like all others.
   */
  newSampleRepeats: z.number().int().min(1).max(1000),
});
export type TrainRecipe = z.infer<typeof trainRecipeSchema>;
