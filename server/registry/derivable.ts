// The variants that the registry makes of a version, by name.
import { z } from '../../src/core/zod.ts';

export const derivableSchema = z.enum(['fp16', 'int4', 'int8', 'optimized']);
export type Derivable = z.infer<typeof derivableSchema>;
