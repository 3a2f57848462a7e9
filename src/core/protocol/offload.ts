// Overload becomes offload: what an answer of 429 or 503 tells a client that could compute by itself. A member `offload` of
// the problem (RFC 9457 §3.2).
import { z } from '../zod.ts';

export const offloadMember = 'offload';

export const offloadSchema = z.object({
  model: z.string(),
  version: z.number().int(),
  /** Path of the version's signed manifest, from the server's origin. */
  manifest: z.string(),
  /** What fetching it takes at most: the smallest variant's bytes. */
  bytes: z.number().int(),
  variant: z.string(),
});
export type Offload = z.infer<typeof offloadSchema>;
