// How a server serves one model: GET and PUT /registry/v1/models/{model}/serving.
import { z } from '../zod.ts';
import { limitsSchema } from './grant.ts';
import { whySchema } from './registry-api.ts';

export const servingSchema = z.object({
  /** Requests that run as one, at most; 1: none do. Only for models whose first dimension is free. */
  maxBatch: z.number().int().min(1).max(1024).default(64),
  /** How long the first of a batch waits for others while something is running or not, in ms. 0: whoever is there when a run begins. */
  maxDelayMs: z.number().min(0).max(1000).default(0),
  /** Requests that may wait; more are turned away. */
  maxQueue: z.number().int().min(1).max(100_000).default(256),
  /** From arrival to answer, in ms. */
  deadlineMs: z.number().int().min(1).max(600_000).default(30_000),
  /** Bytes of answers that are kept; 0: none. */
  cacheBytes: z
    .number()
    .int()
    .min(0)
    .max(2 ** 30)
    .default(0),
  /** For all callers together. */
  limits: limitsSchema.default({ perMinute: null, atOnce: null, perDay: null }),
});
export type Serving = z.infer<typeof servingSchema>;

/** PUT: the whole settings; what is left out is as any model has it. */
export const servingChangeSchema = servingSchema.extend({ why: whySchema });
export const defaultServing: Serving = servingSchema.parse({});
