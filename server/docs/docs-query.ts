// What can be asked of the description: GET /docs?q=.
import { z } from '../../src/core/zod.ts';

export const docsQuerySchema = z.object({ q: z.string().trim().max(200).default('') });
