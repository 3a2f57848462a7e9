// The registry's HTTP API under /registry/v1: paths, bodies, limits. Server, device, CLI and admin screens parse with it.
import { z } from '../zod.ts';
import { fileRefSchema } from './chunks.ts';
import { digestSchema } from './digest.ts';
import { evaluationSchema, recipeSchema, taskSchema } from './documents.ts';
import { interfaceSchema } from './interface.ts';
import { aliasNameSchema, modelNameSchema, variantNameSchema, versionNumberSchema } from './names.ts';
import { envelopeSchema, keyIdSchema, publicKeySchema } from './signature.ts';

export const registryRoot = '/registry/v1';
/** A model file may be this large. */
export const maxModelBytes = 4 * 2 ** 30;
/** A JSON body (documents) may be this large. */
export const maxDocumentBytes = 16 * 2 ** 20;
/** `POST /chunks/missing` takes this many digests at most. */
export const maxMissingQuery = 65_536;

/** Roles, each with the rights of those before it: read · send candidates · upload, promote, approve. */
export const roleSchema = z.enum(['device', 'trainer', 'admin']);
export type Role = z.infer<typeof roleSchema>;

export const versionSummarySchema = z.object({
  version: versionNumberSchema,
  digest: digestSchema,
  parent: z.object({ version: versionNumberSchema, digest: digestSchema }).nullable(),
  architecture: digestSchema,
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
});
export type VersionSummary = z.infer<typeof versionSummarySchema>;

export const modelSummarySchema = z.object({
  model: modelNameSchema,
  task: taskSchema,
  updatedAt: z.string(),
  /** Alias documents (`aliasSchema`). */
  aliases: z.array(envelopeSchema),
  /** Newest first. */
  versions: z.array(versionSummarySchema),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** GET /models */
export const modelListSchema = z.object({ models: z.array(modelSummarySchema) });
/** GET /models/{model}/versions/{version} */
export const versionDetailSchema = z.object({ manifest: envelopeSchema, variants: z.array(envelopeSchema) });
export type VersionDetail = z.infer<typeof versionDetailSchema>;

/** POST /chunks/missing */
export const missingQuerySchema = z.object({ digests: z.array(digestSchema).max(maxMissingQuery) });
export const missingAnswerSchema = z.object({ missing: z.array(digestSchema) });

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
  labels: z.array(z.string().max(256)).max(100_000).nullable().default(null),
  interface: interfaceSchema.nullable().default(null),
  task: taskSchema.nullable().default(null),
  evaluations: z.array(evaluationSchema).max(64).default([]),
  recipe: recipeSchema.nullable().default(null),
  note: z.string().max(1024).nullable().default(null),
});
export type Push = z.input<typeof pushSchema>;

/** PUT /models/{model}/aliases/{alias} with If-Match: "revision", or If-None-Match: * for a new alias. */
export const aliasMoveSchema = z.object({
  version: versionNumberSchema,
  share: z.number().min(0).max(1).default(1),
});

/** POST /devices: a browser asks to be let in. The answer to it, and GET /devices, are these. */
export const enrolmentSchema = z.object({
  publicKey: publicKeySchema,
  name: z.string().trim().min(1).max(64),
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
});
export type DeviceInfo = z.infer<typeof deviceSchema>;
export const deviceListSchema = z.object({ devices: z.array(deviceSchema) });
/** PATCH /devices/{id} */
export const deviceChangeSchema = z.object({
  status: z.enum(['approved', 'revoked']),
  role: roleSchema.nullable(),
});

/** GET /me: who the server takes the caller for. */
export const callerSchema = z.object({
  kind: z.enum(['anonymous', 'admin-key', 'device']),
  role: roleSchema.nullable(),
  status: z.enum(['pending', 'approved', 'revoked']).nullable(),
  /** Whether reading without a key is open from where the caller is (loopback). */
  openReads: z.boolean(),
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
  z.object({ type: z.literal('device'), id: keyIdSchema }),
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
