// The registry's HTTP API under /registry/v1: paths, bodies, limits. Server, device, CLI and admin screens parse with it.
import { z } from '../zod.ts';
import { fileRefSchema } from './chunks.ts';
import { digestSchema } from './digest.ts';
import { evaluationSchema, recipeSchema, taskSchema } from './documents.ts';
import { interfaceSchema } from './interface.ts';
import {
  aliasNameSchema,
  groupNameSchema,
  modelNameSchema,
  tagSchema,
  variantNameSchema,
  versionNumberSchema,
} from './names.ts';
import { envelopeSchema, keyIdSchema } from './signature.ts';

export const registryRoot = '/registry/v1';
/** A model file may be this large. */
export const maxModelBytes = 4 * 2 ** 30;
/** A JSON body (documents) may be this large. */
export const maxDocumentBytes = 16 * 2 ** 20;
/** `POST /chunks/missing` takes this many digests at most. */
export const maxMissingQuery = 65_536;
/** `POST /chunks/batch` takes this many at most. */
export const maxBatchChunks = 4096;
/** What `POST /chunks/batch` answers with: chunk-frames.ts. */
export const chunkFramesType = 'application/vnd.haversack.chunks';
/** `POST /chunks/batch` looks for a base in this many files at most. */
export const maxBaseFiles = 16;
/** Why something was done, for the audit. */
export const whySchema = z.string().trim().max(1024).nullable().default(null);
const time = z.string();

export const versionSummarySchema = z.object({
  version: versionNumberSchema,
  digest: digestSchema,
  parent: z.object({ version: versionNumberSchema, digest: digestSchema }).nullable(),
  architecture: digestSchema,
  /** Its graph is not its parent's: never averaged with it, nor sent as a difference to it. */
  newArchitecture: z.boolean().default(false),
  createdAt: z.string(),
  device: keyIdSchema.nullable(),
  /** Digest of the candidate it came from; null for a push, and where it is not said. */
  candidate: digestSchema.nullable().default(null),
  note: z.string().nullable(),
  evaluations: z.array(evaluationSchema),
  /** The authority first, then those derived. */
  variants: z.array(
    z.object({ name: variantNameSchema, bytes: z.number(), evaluations: z.array(evaluationSchema) }),
  ),
  /** Why it cannot be trained here: the artifacts that are absent. */
  lacks: z.array(z.enum(['dataset', 'recorded', 'topology', 'labels'])),
  /** Not to be used any more: no alias points at it, and none may. */
  retiredAt: time.nullable().default(null),
  /** Its bytes were let go; its documents stay. */
  collectedAt: time.nullable().default(null),
});
export type VersionSummary = z.infer<typeof versionSummarySchema>;

export const modelSummarySchema = z.object({
  model: modelNameSchema,
  task: taskSchema,
  updatedAt: z.string(),
  tags: z.array(tagSchema).default([]),
  /** Alias documents (`aliasSchema`). */
  aliases: z.array(envelopeSchema),
  /** Newest first. */
  versions: z.array(versionSummarySchema),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** GET /models: all; with a query those that match it. */
export const modelListSchema = z.object({ models: z.array(modelSummarySchema) });
/** GET /models?q=&tag=: without regard to case. */
export const modelQuerySchema = z.object({
  /** In the name, a tag or the card. */
  q: z.string().trim().max(256).optional(),
  /** The whole tag. */
  tag: z.string().trim().max(64).optional(),
});
export type ModelQuery = z.infer<typeof modelQuerySchema>;
/**
 * How long versions are kept that no alias, no lineage and no device needs. A rule that is null keeps none by itself;
 * where both are, all are kept for ever.
 */
export const retentionSchema = z.object({
  /** The newest so many stay in any case. */
  keepVersions: z.number().int().min(1).nullable(),
  /** As do those younger than this. */
  keepDays: z.number().min(0).nullable(),
});
export type Retention = z.infer<typeof retentionSchema>;
/** GET /models/{model} */
export const modelDetailSchema = modelSummarySchema.extend({
  /** Markdown: what it is for, what it was made of, where it fails. */
  card: z.string().default(''),
  retention: retentionSchema.default({ keepVersions: null, keepDays: null }),
});
export type ModelDetail = z.infer<typeof modelDetailSchema>;
/** A model card may have this many bytes (UTF-8). */
export const maxCardBytes = 65_536;
/** PATCH /models/{model} with If-Match: what is left out stays. */
export const modelChangeSchema = z.object({
  card: z
    .string()
    .refine(
      card => new TextEncoder().encode(card).length <= maxCardBytes,
      `a card has at most ${maxCardBytes} bytes`,
    )
    .optional(),
  tags: z.array(tagSchema).max(32).optional(),
  retention: retentionSchema.optional(),
});
export type ModelChange = z.output<typeof modelChangeSchema>;
/** PATCH /models/{model}/versions/{version} with If-Match: retired, no alias may point at it. Answers `versionDetailSchema`. */
export const versionChangeSchema = z.object({ retired: z.boolean(), why: whySchema });

/** GET /models/{model}/versions/{version} */
export const versionDetailSchema = z.object({
  manifest: envelopeSchema,
  variants: z.array(envelopeSchema),
  retiredAt: time.nullable().default(null),
  /** Where its bytes were let go, there are no variants. */
  collectedAt: time.nullable().default(null),
  /** How it stands with the variants that the registry makes of it, and why one is not there. */
  derivations: z
    .array(
      z.object({
        variant: variantNameSchema,
        state: z.enum(['pending', 'done', 'skipped', 'failed']),
        detail: z.string().nullable(),
      }),
    )
    .default([]),
});
export type VersionDetail = z.infer<typeof versionDetailSchema>;

/** POST /chunks/missing */
export const missingQuerySchema = z.object({ digests: z.array(digestSchema).max(maxMissingQuery) });
export const missingAnswerSchema = z.object({ missing: z.array(digestSchema) });

/** A variant's file. */
export const fileNameSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  variant: variantNameSchema,
});
export type FileName = z.infer<typeof fileNameSchema>;
/** POST /chunks/batch: many chunks in one answer, each in the smallest form (chunk-frames.ts). What is lacking is left out. */
export const batchQuerySchema = z.object({
  chunks: z.array(digestSchema).min(1).max(maxBatchChunks),
  /** The file that they are of; null: no variant's, so that there are no differences. */
  of: fileNameSchema.nullable().default(null),
  /** Files of the same model, by digest, that the caller has whole: their chunks may serve as the base of a difference. */
  have: z.array(digestSchema).max(maxBaseFiles).default([]),
});
export type BatchQuery = z.input<typeof batchQuerySchema>;

/** POST /candidates — 201 the first time, 200 with the same receipt ever after: a candidate is delivered once. */
export const candidateSubmissionSchema = envelopeSchema;
export const receiptSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  digest: digestSchema,
  /** Digest of the candidate document. */
  candidate: digestSchema,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** POST /models/{model}/versions — an admin's upload, after its chunks have arrived. What is left out is read from the file. */
export const pushSchema = z.object({
  file: fileRefSchema,
  /** The version it was made from. */
  parent: versionNumberSchema.nullable().default(null),
  labels: z.array(z.string().max(256)).max(100_000).nullable().default(null),
  interface: interfaceSchema.nullable().default(null),
  task: taskSchema.nullable().default(null),
  evaluations: z.array(evaluationSchema).max(64).default([]),
  recipe: recipeSchema.nullable().default(null),
  note: z.string().max(1024).nullable().default(null),
});
export type Push = z.input<typeof pushSchema>;

/**
 * PUT /models/{model}/file?labels=a,b&note=…&parent=3 — an admin's upload in one request: an ONNX file
 * (`application/octet-stream`, also where no type is given) or a zip of one and the files beside it (`application/zip`).
 * 201 with the new version's `versionDetailSchema`; 200 where the newest version is that file, from that parent.
 */
export const fileUploadSchema = z.object({
  labels: z
    .string()
    .transform(text => text.split(',').map(label => label.trim()))
    .pipe(z.array(z.string().max(256)).max(100_000))
    .nullable()
    .default(null),
  note: z.string().max(1024).nullable().default(null),
  parent: z.coerce.number().pipe(versionNumberSchema).nullable().default(null),
  /** `BLACK,WHITE`: the numbers that black and white are, where it takes images. */
  pixels: z
    .string()
    .transform(text => text.split(',').map(Number))
    .pipe(z.tuple([z.number(), z.number()]))
    .nullable()
    .default(null),
});

/** PUT /models/{model}/aliases/{alias} with If-Match: "revision", or If-None-Match: * for a new alias. */
export const aliasMoveSchema = z.object({
  version: versionNumberSchema,
  share: z.number().min(0).max(1).default(1),
  groups: z.array(groupNameSchema).min(1).max(64).nullable().default(null),
  /** For the devices outside; where it is not said, what the alias pointed at before. */
  otherwise: versionNumberSchema.nullable().optional(),
  why: whySchema,
});
/** PATCH /models/{model}/aliases/{alias} with If-Match: holds a rollout, or lets it go on. */
export const aliasHoldSchema = z.object({ held: z.boolean(), why: whySchema });
/** DELETE /models/{model}/aliases/{alias}?why= with If-Match. */
export const aliasRemovalSchema = z.object({ why: whySchema });
export const aliasRevisionSchema = z.object({
  alias: aliasNameSchema,
  revision: z.number().int(),
  at: time,
  who: z.string(),
  why: z.string().nullable(),
  /** Null where the alias was removed. */
  version: versionNumberSchema.nullable(),
  /** As it was signed then; null where the alias was removed. */
  document: envelopeSchema.nullable(),
});
export type AliasRevision = z.infer<typeof aliasRevisionSchema>;
/**
 * GET /models/{model}/aliases/{alias}/history, and of all its aliases, those removed too, GET /models/{model}/history:
 * newest first; "what ran on 3 May?"
 */
export const aliasHistorySchema = z.object({ entries: z.array(aliasRevisionSchema) });

/** GET /audit?subject=&who=&before=&limit=: newest first. */
export const auditQuerySchema = z.object({
  /** This, and what it is the beginning of up to an `@`: `digits` is also `digits@3`, and not `digits2`. */
  subject: z.string().max(256).optional(),
  who: z.string().max(256).optional(),
  /** A time, or the `id` of an entry: what came before it. */
  before: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export const auditEntrySchema = z.object({
  id: z.string(),
  at: time,
  who: z.string(),
  what: z.string(),
  subject: z.string(),
  detail: z.string(),
  why: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const auditSchema = z.object({ entries: z.array(auditEntrySchema) });

/** POST /gc */
export const collectionQuerySchema = z.object({ dryRun: z.boolean().default(false) });
/** What was, or would be, let go. */
export const collectionSchema = z.object({
  dryRun: z.boolean(),
  chunks: z.number().int(),
  bytes: z.number().int(),
  /** `digits@3`: versions whose bytes went. */
  versions: z.array(z.string()),
});
export type Collection = z.infer<typeof collectionSchema>;

/** GET /events: server-sent events; `data` is one of these as JSON, `event` is its `type`. */
export const registryEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('alias'),
    model: modelNameSchema,
    alias: aliasNameSchema,
    version: versionNumberSchema,
    revision: z.number(),
  }),
  z.object({ type: z.literal('version'), model: modelNameSchema, version: versionNumberSchema }),
  /** Something else about a model: its card, an alias less, a version retired or let go. */
  z.object({ type: z.literal('model'), model: modelNameSchema }),
  z.object({ type: z.literal('device'), id: keyIdSchema }),
  /** The registry signs with another key. */
  z.object({ type: z.literal('root'), revision: z.number() }),
  /** An access key was revoked. */
  z.object({ type: z.literal('key'), id: z.string() }),
  z.object({ type: z.literal('report'), id: keyIdSchema }),
  z.object({ type: z.literal('samples'), model: modelNameSchema }),
]);
export type RegistryEvent = z.infer<typeof registryEventSchema>;

/** Errors: RFC 9457 problem details, with the Open Inference Protocol's `error` and our code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  error: z.string(),
  /** What to do. */
  remedy: z.string().optional(),
  /** As in `X-Request-Id`, and on the lines of the server's log. */
  requestId: z.string().optional(),
});
