// What the server and its check process say to each other, beside jobs and outcomes.
import { z } from '../../src/core/zod.ts';
import { jobSchema } from './checker.ts';

export const requestSchema = z.object({
  job: jobSchema,
  /** The process ends itself above this (resident set). */
  maxBytes: z.number().positive(),
});
export type CheckRequest = z.infer<typeof requestSchema>;

/** With which it does: a signal that nothing else sends it. */
export const outOfMemorySignal = 'SIGUSR2';
