// How a server is doing right now: GET /registry/v1/live, for admins. Rates and times by second, for as long as is looked back.
import { z } from '../zod.ts';
import { modelNameSchema } from './names.ts';

/** How far back it goes. */
export const liveSeconds = 120;
/** `now` is over this many of the last seconds. */
export const liveNowSeconds = 10;
/** Those with the most requests; what the others do is in the total. */
export const maxLiveModels = 50;

const rate = z.number().min(0);
/** In ms; null where nothing was answered. */
const milliseconds = z.number().min(0).nullable();

const liveNowSchema = z.object({
  requestsPerSecond: rate,
  errorsPerSecond: rate,
  p50Ms: milliseconds,
  p95Ms: milliseconds,
});
export type LiveNow = z.infer<typeof liveNowSchema>;

const liveModelSchema = z.object({
  model: modelNameSchema,
  now: liveNowSchema,
  /** By second, oldest first. */
  requests: z.array(rate),
  /** That wait. */
  queue: z.number().int().min(0),
  /** Mean of the last seconds' runs; null where there were none. */
  requestsPerRun: z.number().min(0).nullable(),
  /** Of the looks into the cache of answers, those that found one; null where there were none. */
  cacheHits: z.number().min(0).max(1).nullable(),
  /** Turned away. */
  shedPerSecond: rate,
});
export type LiveModel = z.infer<typeof liveModelSchema>;

const limitedSchema = z.object({
  /** `access-key:…`, `device:…`, `address:…`, `model:…` */
  subject: z.string(),
  policy: z.enum(['perMinute', 'atOnce', 'perDay']),
  limit: z.number().int(),
  /** Requests that were turned away since it began to be limited. */
  refused: z.number().int(),
  since: z.string(),
  /** When it may again. */
  until: z.string(),
});
export type LiveLimited = z.infer<typeof limitedSchema>;

export const liveSchema = z.object({
  at: z.string(),
  /** Since this server began. */
  uptimeSeconds: z.number().min(0),
  /** What the process holds (resident set). */
  memoryBytes: z.number().int(),
  sessions: z.object({ open: z.number().int(), bytes: z.number() }),
  /** Predictions of all models; by second, oldest first, each as long as the others. */
  total: z.object({
    now: liveNowSchema,
    requests: z.array(rate),
    errors: z.array(rate),
    p50Ms: z.array(milliseconds),
    p95Ms: z.array(milliseconds),
  }),
  /** HTTP requests of all kinds. */
  http: z.object({
    requestsPerSecond: rate,
    /** With a status of 4xx. */
    refusedPerSecond: rate,
    /** With a status of 5xx. */
    failedPerSecond: rate,
  }),
  /** Most requests first. */
  models: z.array(liveModelSchema),
  /** Who was turned away for asking too much, and may not yet again. */
  limited: z.array(limitedSchema),
});
export type Live = z.infer<typeof liveSchema>;
