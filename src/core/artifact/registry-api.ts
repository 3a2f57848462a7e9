// The registry's HTTP API under /registry/v1: paths, bodies, limits. Server, device, CLI and admin screens parse with it.
import { z } from '../zod.ts';
import { fileRefSchema } from './chunks.ts';
import { digestSchema } from './digest.ts';
import { evaluationSchema, recipeSchema, reportSchema, taskSchema } from './documents.ts';
import { interfaceSchema } from './interface.ts';
import {
  aliasNameSchema,
  groupNameSchema,
  modelNameSchema,
  tagSchema,
  variantNameSchema,
  versionNumberSchema,
} from './names.ts';
import { roleSchema } from './role.ts';
import { envelopeSchema, keyIdSchema, publicKeySchema } from './signature.ts';

export { type Role, roleSchema } from './role.ts';

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
const whySchema = z.string().trim().max(1024).nullable().default(null);
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

/** POST /devices: a browser asks to be let in. The answer to it, and GET /devices, are these. */
export const enrolmentSchema = z.object({
  publicKey: publicKeySchema,
  name: z.string().trim().min(1).max(64),
  /** From an admin: who has it is let in at once. */
  code: z.string().max(128).optional(),
});
export const deviceSchema = z.object({
  id: keyIdSchema,
  publicKey: publicKeySchema,
  name: z.string(),
  status: z.enum(['pending', 'approved', 'revoked']),
  role: roleSchema.nullable(),
  /** Six characters both sides show, for people to compare. */
  code: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
  groups: z.array(groupNameSchema).default([]),
  /** Its last word on what it runs. */
  report: reportSchema.nullable().default(null),
});
export type DeviceInfo = z.infer<typeof deviceSchema>;
/** The answer to POST /devices: with `deviceCertificateSchema`, signed, where the device is let in. */
export const enrolmentAnswerSchema = deviceSchema.extend({
  certificate: envelopeSchema.nullable().default(null),
});
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;
export const deviceListSchema = z.object({ devices: z.array(deviceSchema) });
/** PATCH /devices/{id}: what is left out stays. A revoked device has no role. */
export const deviceChangeSchema = z.object({
  status: z.enum(['approved', 'revoked']).optional(),
  role: roleSchema.nullable().optional(),
  groups: z.array(groupNameSchema).max(64).optional(),
});

/** POST /enrolments: a code that lets one device in. The answer to it is the only one that holds the code. */
export const enrolmentCodeQuerySchema = z.object({
  role: roleSchema,
  groups: z.array(groupNameSchema).max(64).default([]),
  /** How long it can be used. */
  minutes: z
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(60),
});
export const enrolmentCodeSchema = z.object({
  id: z.string(),
  role: roleSchema,
  groups: z.array(groupNameSchema),
  createdAt: time,
  expiresAt: time,
  /** The device that used it. */
  usedBy: keyIdSchema.nullable(),
});
export const newEnrolmentCodeSchema = enrolmentCodeSchema.extend({
  code: z.string(),
  /** The registry's key, which the device pins with it. */
  registry: keyIdSchema,
});
export const enrolmentCodeListSchema = z.object({ codes: z.array(enrolmentCodeSchema) });

/** POST /keys: a key for people and programs. Shown once. */
export const accessKeyQuerySchema = z.object({
  name: z.string().trim().min(1).max(64),
  role: roleSchema,
  /** Null: until it is revoked. */
  days: z.number().int().min(1).max(3650).nullable().default(null),
});
export const accessKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable(),
});
export type AccessKey = z.infer<typeof accessKeySchema>;
export const newAccessKeySchema = accessKeySchema.extend({ key: z.string() });
export const accessKeyListSchema = z.object({ keys: z.array(accessKeySchema) });

/** GET /models/{model}/samples?after=&limit=: the samples documents that devices sent, oldest first. */
export const samplesQuerySchema = z.object({
  /** What `next` said before. */
  after: z.string().max(128).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
/** What a person said of a sample. */
export const reviewStateSchema = z.enum(['new', 'accepted', 'rejected']);
export type ReviewState = z.infer<typeof reviewStateSchema>;
export const samplesListSchema = z.object({
  packs: z.array(
    z.object({
      /** `samplesSchema`, signed by its device. */
      document: envelopeSchema,
      /** `deviceCertificateSchema`; null where the device is no longer let in. */
      certificate: envelopeSchema.nullable(),
      receivedAt: time,
      /** By the sample's id: those that another document had brought before are not listed. */
      states: z.record(z.string(), reviewStateSchema),
    }),
  ),
  /** Null where there are no more. */
  next: z.string().nullable(),
});
export type SamplesList = z.infer<typeof samplesListSchema>;
/** PATCH /models/{model}/samples: what was made of them; the answer says how many there are of each. */
export const reviewSchema = z.object({
  ids: z.array(digestSchema).min(1).max(10_000),
  state: reviewStateSchema,
});
export const reviewCountsSchema = z.object({
  new: z.number().int(),
  accepted: z.number().int(),
  rejected: z.number().int(),
});

/** POST /bundles: what became of each document in the bundle, in its order. */
export const bundleReceiptSchema = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['version', 'alias', 'candidate', 'samples', 'report']),
      digest: digestSchema,
      model: modelNameSchema.nullable(),
      /** The version it is, or has become. */
      version: versionNumberSchema.nullable(),
      /** `known`: it was here. `refused`: as it would have been over the wire, with its reason. */
      outcome: z.enum(['accepted', 'known', 'refused']),
      problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
    }),
  ),
});
export type BundleReceipt = z.infer<typeof bundleReceiptSchema>;

/** POST /root: the registry gets a new key, which the one before signs. */
export const rotationQuerySchema = z.object({
  /** `believe` what the keys before it have signed, or `forget` them: they may be in other hands. */
  former: z.enum(['believe', 'forget']).default('believe'),
  why: whySchema,
});

/** POST /reports and POST /samples: 201 the first time, 200 ever after. */
export const acknowledgementSchema = z.object({ digest: digestSchema });

/** GET /reports?model=&version=&before=&limit=: newest first. */
export const reportQuerySchema = z.object({
  model: modelNameSchema.optional(),
  version: z.coerce.number().pipe(versionNumberSchema).optional(),
  /** A `receivedAt`. */
  before: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
/** How devices fared with a version, each counted once. */
export const updateOutcomesSchema = z.object({ swapped: z.number().int(), rolledBack: z.number().int() });
export type UpdateOutcomes = z.infer<typeof updateOutcomesSchema>;
export const reportListSchema = z.object({
  /** Where the question was about one version. */
  outcomes: updateOutcomesSchema.nullable(),
  reports: z.array(z.object({ digest: digestSchema, receivedAt: time, report: reportSchema })),
});
export type ReportList = z.infer<typeof reportListSchema>;

/** GET /me: who the server takes the caller for. */
export const callerSchema = z.object({
  kind: z.enum(['anonymous', 'admin-key', 'access-key', 'device']),
  role: roleSchema.nullable(),
  status: z.enum(['pending', 'approved', 'revoked']).nullable(),
  /** Whether reading without a key is open from where the caller is (loopback). */
  openReads: z.boolean(),
  groups: z.array(groupNameSchema).default([]),
  /** `deviceCertificateSchema`, signed by the registry; null for what is no approved device. */
  certificate: envelopeSchema.nullable().default(null),
});
export type Caller = z.infer<typeof callerSchema>;

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

/** How often a device asks for news where the event stream is down. */
export const pollIntervalMs = 60_000;

/** Errors: RFC 9457 problem details, with the Open Inference Protocol's `error` and our code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  error: z.string(),
});
