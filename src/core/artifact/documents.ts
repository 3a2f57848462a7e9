// The signed documents: candidate (what a device made), manifest (what the registry made of it), variant, alias, root; a
// device's certificate, and the reports and samples that devices send.
// They travel and are stored as envelopes (signature.ts); these are their contents. Later releases add members.
import { z } from '../zod.ts';
import { fileRefSchema } from './chunks.ts';
import { digestSchema } from './digest.ts';
import { maxGrants } from './grant.ts';
import { interfaceSchema } from './interface.ts';
import {
  aliasNameSchema,
  groupNameSchema,
  modelNameSchema,
  variantNameSchema,
  versionNumberSchema,
} from './names.ts';
import { roleSchema } from './role.ts';
import { keyIdSchema, publicKeySchema } from './signature.ts';

const formatVersion = z.literal(1);
/** RFC 3339 in UTC, as `Date.prototype.toISOString` writes it. */
const time = z.iso.datetime();
const count = z.number().int().min(0);

export const taskSchema = z.enum(['classification', 'regression', 'other']);
export const partSchema = z.enum(['train', 'validation', 'test']);
export type Part = z.infer<typeof partSchema>;

/** What was measured, on which rows. */
export const evaluationSchema = z.object({
  part: partSchema,
  /** `parent`: rows of the data set that came with the version or its parent. `new`: samples labelled since. */
  origin: z.enum(['parent', 'new']),
  /** Digest of the data set; null where the figures were only told. */
  dataset: digestSchema.nullable(),
  n: count.nullable(),
  /** By name: accuracy, precision, recall, f1 (macro), kappa, logLoss, … Null where undefined (a class never seen). */
  metrics: z.record(z.string().max(64), z.number().nullable()),
  /** A two-sided interval for accuracy. */
  interval: z
    .object({
      metric: z.string().max(64),
      level: z.number(),
      low: z.number(),
      high: z.number(),
      method: z.literal('wilson'),
    })
    .nullable(),
  /** Rows: truth; columns: answer; in the order of the labels. */
  confusion: z.array(z.array(count)).nullable(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** The full settings of a training or compression run; `kind` says whose. */
export const recipeSchema = z.looseObject({ kind: z.string().max(64) });
export type Recipe = z.infer<typeof recipeSchema>;

/** A table of rows: RFC 4180 CSV with a header, gzip on top. */
export const datasetArtifactSchema = z.object({
  file: fileRefSchema,
  mediaType: z.literal('text/csv'),
  encoding: z.literal('gzip'),
  rows: count,
  /** Column names of the features in the order of the input, of the label, and of the permanent split. */
  schema: z.object({ features: z.array(z.string()), target: z.string(), split: z.string() }),
  source: z.string().max(1024).nullable(),
  licence: z.string().max(256).nullable(),
});
export type DatasetArtifact = z.infer<typeof datasetArtifactSchema>;

/** Inputs and outputs the version was recorded with: its own smoke test. The file is `recordedSchema` as JSON. */
export const recordedArtifactSchema = z.object({
  file: fileRefSchema,
  mediaType: z.literal('application/json'),
  cases: count,
});
/** What a training engine needs beyond the graph. The file is the engine's own JSON. */
export const topologyArtifactSchema = z.object({
  file: fileRefSchema,
  mediaType: z.literal('application/json'),
  engine: z.string().max(64),
});

export const artifactsSchema = z.object({
  dataset: datasetArtifactSchema.nullable(),
  recorded: recordedArtifactSchema.nullable(),
  topology: topologyArtifactSchema.nullable(),
});

/** The rows a version was trained and judged on. */
export const dataSchema = z.object({
  /** Digest of the data set (its decoded CSV), new samples included. */
  digest: digestSchema,
  rows: z.object({ train: count, validation: count, test: count }),
  /** Samples beyond the parent's data set. `shared`: they travel with the version; else only their digest does. */
  added: z
    .object({
      digest: digestSchema,
      rows: z.object({ train: count, validation: count, test: count }),
      shared: z.boolean(),
    })
    .nullable(),
});

const body = {
  formatVersion,
  model: modelNameSchema,
  parent: z.object({ version: versionNumberSchema, digest: digestSchema }).nullable(),
  task: taskSchema,
  interface: interfaceSchema,
  labels: z.array(z.string().max(256)).max(100_000).nullable(),
  /** SHA-256 of the graph without its weights. */
  architecture: digestSchema,
  evaluations: z.array(evaluationSchema).max(64),
  recipe: recipeSchema.nullable(),
  data: dataSchema.nullable(),
  createdAt: time,
  /** The key of the device that made it; null for what an admin pushed with a key that is no device's. */
  device: keyIdSchema.nullable(),
  /** What was uploaded: the authority from which the other variants are derived. */
  authority: z.object({ variant: variantNameSchema, file: fileRefSchema }),
  artifacts: artifactsSchema,
  /** One line for people. */
  note: z.string().max(1024).nullable(),
};

export const candidateSchema = z.object({ type: z.literal('candidate'), ...body });
export type Candidate = z.infer<typeof candidateSchema>;

export const manifestSchema = z.object({
  type: z.literal('manifest'),
  ...body,
  version: versionNumberSchema,
  /** Digest of the candidate it came from; null for a push. */
  candidate: digestSchema.nullable(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a candidate and the version that is made of it say alike. */
export type VersionBody = Omit<Manifest, 'type' | 'version' | 'candidate'>;

export const variantSchema = z.object({
  type: z.literal('variant'),
  formatVersion,
  model: modelNameSchema,
  version: versionNumberSchema,
  /** Digest of the manifest it belongs to. */
  versionDigest: digestSchema,
  variant: variantNameSchema,
  recipe: recipeSchema,
  /** The runtime it was made and measured with, e.g. `onnxruntime 1.30.0`. */
  runtime: z.string().max(128),
  /** Digest of the parent version's variant whose scales it keeps; null where scales are its own. */
  pinnedTo: digestSchema.nullable(),
  file: fileRefSchema,
  evaluations: z.array(evaluationSchema).max(64),
  createdAt: time,
});
export type Variant = z.infer<typeof variantSchema>;

export const aliasSchema = z.object({
  type: z.literal('alias'),
  formatVersion,
  model: modelNameSchema,
  alias: aliasNameSchema,
  /** Grows by one with every move, back-moves too: a device never accepts a smaller one. */
  revision: z.number().int().min(1),
  version: versionNumberSchema,
  versionDigest: digestSchema,
  rollout: z.object({
    /** Share of devices, 0 to 1, by a stable hash (rollout.ts). */
    share: z.number().min(0).max(1),
    /** Devices of one of these groups only; null: of any and of none. */
    groups: z.array(groupNameSchema).min(1).max(64).nullable().default(null),
  }),
  /** What the devices outside of the rollout are to run; null: what they have. */
  otherwise: z.object({ version: versionNumberSchema, versionDigest: digestSchema }).nullable().default(null),
  /** Stopped for the time being: who does not run it yet does not take it. */
  held: z.boolean().default(false),
  issuedAt: time,
  /** After this a device warns and goes on. */
  expiresAt: time,
});
export type Alias = z.infer<typeof aliasSchema>;

/** The registry's own keys, signed by the first of them and by the one before it; pinned by a device on first contact. */
export const rootSchema = z.object({
  type: z.literal('root'),
  formatVersion,
  revision: z.number().int().min(1),
  /** The key that signs now, then those before it whose documents are still believed. */
  keys: z
    .array(z.object({ keyId: keyIdSchema, publicKey: publicKeySchema }))
    .min(1)
    .max(8),
  issuedAt: time,
});
export type Root = z.infer<typeof rootSchema>;

/** The registry's word on who a device is, to be shown where the registry cannot be asked. */
export const deviceCertificateSchema = z.object({
  type: z.literal('device'),
  formatVersion,
  device: keyIdSchema,
  publicKey: publicKeySchema,
  name: z.string().max(64),
  role: roleSchema,
  groups: z.array(groupNameSchema).max(64),
  /** The models whose samples it is believed, which are those that it may read. Left out, as in older ones: all. */
  reads: z.array(modelNameSchema).max(maxGrants).optional(),
  issuedAt: time,
  /** After this it is taken with a warning. */
  expiresAt: time,
});
export type DeviceCertificate = z.infer<typeof deviceCertificateSchema>;

/** What a device says of itself: what it runs, and what went wrong with an update. Signed by the device. */
export const reportSchema = z.object({
  type: z.literal('report'),
  formatVersion,
  device: keyIdSchema,
  createdAt: time,
  /** The build of the app. */
  app: z.string().max(128),
  /** What runs, one a model. */
  active: z
    .array(
      z.object({
        model: modelNameSchema,
        version: versionNumberSchema,
        variant: variantNameSchema,
        provider: z.string().max(64).nullable(),
      }),
    )
    .max(1024),
  /** An update that was tried: null where this is only a state. */
  update: z
    .object({
      model: modelNameSchema,
      from: versionNumberSchema,
      to: versionNumberSchema,
      outcome: z.enum(['swapped', 'rolled-back']),
      /** Why it was rolled back. */
      problem: z.string().max(1024).nullable(),
    })
    .nullable(),
  storage: z.object({ usageBytes: count.nullable(), quotaBytes: count.nullable() }).nullable(),
});
export type Report = z.infer<typeof reportSchema>;

/** One labelled sample, as it travels: with its owner's consent only. */
export const sentSampleSchema = z.object({
  /** SHA-256 of model, label and numbers: the same sample twice is one. */
  id: digestSchema,
  /** The numbers of the model's (first) input, in its units. */
  features: z.array(z.number()).max(1_000_000),
  label: z.string().max(256),
  /** As it was fixed when it was labelled. */
  part: partSchema,
  /** Of the samples that were captured together, the `id` of the first. */
  session: digestSchema.optional(),
  source: z.enum(['drawing', 'form', 'table']),
  /** What the model had answered; null where it was only labelled. */
  answered: z.string().max(256).nullable(),
  createdAt: time,
});
export type SentSample = z.infer<typeof sentSampleSchema>;

/** Samples that leave a device. Signed by the device. */
export const samplesSchema = z.object({
  type: z.literal('samples'),
  formatVersion,
  device: keyIdSchema,
  model: modelNameSchema,
  /** What answered when they were labelled. */
  version: versionNumberSchema,
  samples: z.array(sentSampleSchema).min(1).max(10_000),
  createdAt: time,
});
export type Samples = z.infer<typeof samplesSchema>;
