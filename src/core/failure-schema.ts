// A failure at a border: what another process or host says went wrong.
import { errorCodes, type Failure } from './errors.ts';
import { z } from './zod.ts';

export const failureSchema: z.ZodType<Failure> = z.object({ code: z.enum(errorCodes), detail: z.string() });
