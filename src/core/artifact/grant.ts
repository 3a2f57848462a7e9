// What a key may do with which models, and how much of it.
import { z } from '../zod.ts';
import { modelNameSchema } from './names.ts';

/** `read`: see and fetch · `predict`: ask · `write`: hand in · `promote`: move aliases · `admin`: all, settings included. */
export const modelRightSchema = z.enum(['read', 'predict', 'write', 'promote', 'admin']);
export type ModelRight = z.infer<typeof modelRightSchema>;

/** Rights on one model, or on all. What no grant gives is denied. */
export const grantSchema = z.object({
  model: z.union([modelNameSchema, z.literal('*')]),
  rights: z.array(modelRightSchema).min(1).max(5),
});
export type Grant = z.infer<typeof grantSchema>;
/** Of one device, key or person. */
export const maxGrants = 256;
export const grantsSchema = z.array(grantSchema).min(1).max(maxGrants);

/** Null: no limit of its own. */
export const limitsSchema = z.object({
  /** Requests in a minute. */
  perMinute: z.number().int().min(1).max(1_000_000).nullable().default(null),
  /** Requests at a time. */
  atOnce: z.number().int().min(1).max(10_000).nullable().default(null),
  /** Predictions in a day (UTC). */
  perDay: z.number().int().min(1).max(1_000_000_000).nullable().default(null),
});
export type Limits = z.infer<typeof limitsSchema>;
