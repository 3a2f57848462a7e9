// The recorded inputs and outputs of a version: its own smoke test, run before a device or server trusts a load.
import { datatypeSchema } from '../datatype-schema.ts';
import { z } from '../zod.ts';

const recordedTensorSchema = z.object({
  datatype: datatypeSchema,
  shape: z.array(z.number().int().min(0)).max(16),
  /** Flat, row-major. */
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});

export const recordedSchema = z.object({
  /** Largest allowed |difference| as a share of the largest |value| recorded for that output. */
  tolerance: z.number().positive(),
  cases: z
    .array(
      z.object({
        inputs: z.record(z.string(), recordedTensorSchema),
        outputs: z.record(z.string(), recordedTensorSchema),
      }),
    )
    .min(1)
    .max(64),
});
export type Recorded = z.infer<typeof recordedSchema>;
