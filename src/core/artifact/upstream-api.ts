// Engines that answer for a model beside this server, or in its place: /registry/v1/upstreams. For admins only.
import { z } from '../zod.ts';
import { modelNameSchema, versionNumberSchema } from './names.ts';
import { whySchema } from './registry-api.ts';

/** In place of a URL: this server's own sessions, to give them a weight of their own or to let them rest. */
export const localUpstream = 'local';

/** In place of an engine's version: it knows none, and no path may name one (KServe). */
export const noUpstreamVersion = 'none';

/** How the variables begin that an upstream's key may be read from: no other part of the environment leaves this machine. */
export const upstreamKeyPrefix = 'HAVERSACK_UPSTREAM_';

/** Origin, or a prefix below it: what `/v2` follows. Keys do not belong in it, for it is shown and logged. */
const upstreamUrlSchema = z
  .string()
  .max(2048)
  .transform((text, context) => {
    if (text === localUpstream) return text;
    const url = URL.canParse(text) ? new URL(text) : null;
    const bare = url !== null && url.username + url.password + url.search + url.hash === '';
    if (url !== null && bare && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
    context.addIssue(`wanted "${localUpstream}" or an http: or https: URL without user, query and fragment`);
    return z.NEVER;
  });

const weightSchema = z.number().min(0).max(1_000_000);
/** Of the engine's own making: only what a path would not survive is refused. */
const foreignNameSchema = z
  .string()
  .min(1)
  .max(256)
  .refine(name => name !== '.' && name !== '..', 'is no name');

/**
 * POST /registry/v1/upstreams. 201 with `upstreamSchema`; 409 where it is there already. Not below the model: whom the server
 * sends requests to is for its admins, not for a model's.
 */
export const newUpstreamSchema = z.object({
  /** One that the registry does not have is answered by its upstreams alone. */
  model: modelNameSchema,
  url: upstreamUrlSchema,
  /** Which of our versions it answers for; null: requests that name none, and those it knows by the same number. */
  version: versionNumberSchema.nullable().default(null),
  /** What the engine calls the model; null: the same. */
  upstreamModel: foreignNameSchema.nullable().default(null),
  /** What it calls the version; `none`: it has none. Null: the same number, or, where none was asked for, its own choice. */
  upstreamVersion: foreignNameSchema.nullable().default(null),
  /** Its share beside the others' of this model, whose own is 1. 0: it stands by for when no other can. */
  weight: weightSchema.default(1),
  /** The environment variable of the server that holds the key it wants, sent as a Bearer token; null: none. */
  keyVariable: z
    .string()
    .regex(/^HAVERSACK_UPSTREAM_[A-Z0-9_]{1,64}$/, `a variable of ${upstreamKeyPrefix}…`)
    .nullable()
    .default(null),
  why: whySchema,
});
export type NewUpstream = z.input<typeof newUpstreamSchema>;

/** How it is, as this server sees it. */
export const upstreamLiveSchema = z.object({
  /** By its last checks: both `/v2/health/ready` and the model's `ready`. `unknown`: not looked at yet. */
  health: z.enum(['unknown', 'up', 'down']),
  /** Why it is down. */
  why: z.string().nullable(),
  checkedAt: z.string().nullable(),
  /** By its answers: `open`: it gets nothing for a while, `half-open`: one request, to see. */
  breaker: z.enum(['closed', 'open', 'half-open']),
  /** Requests under way. */
  outstanding: z.number().int(),
  /** Tries since this server began, and those of them that failed by the engine's fault. */
  tries: z.number().int(),
  failures: z.number().int(),
  /** Moving average of an answer's time, in ms; null before the first. */
  latencyMs: z.number().nullable(),
  /** Whether it takes tensors as bytes. */
  binary: z.boolean(),
});
export type UpstreamLive = z.infer<typeof upstreamLiveSchema>;

export const upstreamSchema = z.object({
  id: z.string(),
  model: modelNameSchema,
  url: z.string(),
  version: z.number().int().nullable(),
  upstreamModel: z.string().nullable(),
  upstreamVersion: z.string().nullable(),
  weight: z.number(),
  keyVariable: z.string().nullable(),
  /** `draining`: what is under way ends, nothing new begins. */
  state: z.enum(['active', 'draining']),
  createdAt: z.string(),
  createdBy: z.string(),
  live: upstreamLiveSchema,
});
export type Upstream = z.infer<typeof upstreamSchema>;

/** GET /registry/v1/upstreams?model=: by model, then as they were added. */
export const upstreamListSchema = z.object({ upstreams: z.array(upstreamSchema) });
export const upstreamQuerySchema = z.object({ model: modelNameSchema.optional() });

/** PATCH /registry/v1/upstreams/{id}: what is left out stays. Takes effect at once. */
export const upstreamChangeSchema = z.object({
  weight: weightSchema.optional(),
  state: z.enum(['active', 'draining']).optional(),
  why: whySchema,
});
export type UpstreamChange = z.input<typeof upstreamChangeSchema>;
/** DELETE /registry/v1/upstreams/{id}?why=: 204. What is under way ends first, in the background. */
export const upstreamRemovalSchema = z.object({ why: whySchema });
