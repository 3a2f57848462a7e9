// What the browser keeps: one database, its stores, their rows. Rows are parsed when they are read.
import type { DBSchema } from 'idb';
import { digestSchema } from '../core/artifact/digest.ts';
import { sentSampleSchema } from '../core/artifact/documents.ts';
import { modelNameSchema, variantNameSchema, versionNumberSchema } from '../core/artifact/names.ts';
import { modelListSchema, receiptSchema } from '../core/artifact/registry-api.ts';
import { envelopeSchema, keyIdSchema } from '../core/artifact/signature.ts';
import { errorCodes } from '../core/errors.ts';
import { policies } from '../core/protocol/twin-messages.ts';
import { trainRecipeSchema } from '../core/train/recipe.ts';
import { z } from '../core/zod.ts';
import type { Example, Project, RecordRow } from './project-schemas.ts';

export const databaseName = 'haversack';
export const databaseVersion = 4;

const time = z.iso.datetime();

/** A version that is whole on this device: every chunk of `variants` and of its artifacts is in `chunks`. */
export const installedSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  manifest: envelopeSchema,
  /** Variant documents (the authority has none; its chunks are in the manifest). */
  variantDocuments: z.array(envelopeSchema),
  /** Names of the variants whose chunks are here. */
  variants: z.array(variantNameSchema).min(1),
  /** Whether the artifacts for training are here too. */
  trainable: z.boolean(),
  installedAt: time,
  lastUsedAt: time,
  /** Never thrown out to make room. */
  pinned: z.boolean().default(false),
});
export type Installed = z.infer<typeof installedSchema>;

const running = {
  model: modelNameSchema,
  variant: variantNameSchema,
  previous: versionNumberSchema.nullable(),
  /** Whether a newer `production` replaces it by itself. */
  follows: z.boolean(),
};
const runningVersionSchema = z.object({
  ...running,
  version: versionNumberSchema,
  /** A candidate of `version` that runs in its place, until the registry has given it a number. */
  candidate: digestSchema.nullable().default(null),
});
/** Of a new model: no version of it runs, but the candidate that founds it, or one that comes after that. */
const runningUnnumberedSchema = z.object({ ...running, version: z.null(), candidate: digestSchema });
/** What this device runs for a model, and could go back to. */
export const activeSchema = z.union([runningVersionSchema, runningUnnumberedSchema]);
export type Active = z.infer<typeof activeSchema>;
export type RunningVersion = z.infer<typeof runningVersionSchema>;
export type RunningUnnumbered = z.infer<typeof runningUnnumberedSchema>;

/** The highest alias revision seen: a smaller one is refused. */
export const seenAliasSchema = z.object({
  key: z.string(),
  document: envelopeSchema,
  revision: z.number().int(),
});

/** The provider that was measured best for a version on this device. */
export const choiceSchema = z.object({
  key: z.string(),
  provider: z.enum(['wasm', 'webgpu']),
  measuredAt: time,
  measurements: z.array(
    z.object({
      provider: z.enum(['wasm', 'webgpu', 'cpu']),
      medianMs: z.number(),
      openMs: z.number(),
      difference: z.number().nullable(),
      agrees: z.boolean(),
      failure: z.string().nullable(),
    }),
  ),
});

/** One labelled sample of this device's. Its part: from the content hash of `features`, or by turns; kept for ever. */
export const sampleSchema = sentSampleSchema.extend({ model: modelNameSchema });
export type Sample = z.infer<typeof sampleSchema>;

/** judging → kept → queued → sent; `refused` keeps the registry's reason. Thrown away ones are deleted. */
export const candidateRowSchema = z.object({
  digest: digestSchema,
  model: modelNameSchema,
  document: envelopeSchema,
  state: z.enum(['judging', 'kept', 'queued', 'sent', 'refused']),
  /** `Comparison`, as it was shown; null for what another device judged. */
  comparison: z.unknown(),
  /** The device that made it, where it was carried here; null: this one. */
  from: keyIdSchema.nullable().default(null),
  receipt: receiptSchema.nullable(),
  /** Why it waits, or why it was refused; the code is for a reader's own language. */
  problem: z.string().nullable(),
  problemCode: z.enum(errorCodes).nullish(),
  createdAt: time,
});
export type CandidateRow = z.infer<typeof candidateRowSchema>;

const queued = {
  /** Autoincremented. */
  id: z.number().int().optional(),
  attempts: z.number().int(),
  lastError: z.string().nullable(),
  queuedAt: time,
};
/** What is to be delivered, in order. */
export const outboxSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('candidate'), candidate: digestSchema, ...queued }),
  /** A document that this device signed, for POST /reports or /samples; `digest` is its identity. */
  z.object({
    kind: z.literal('document'),
    to: z.enum(['reports', 'samples']),
    model: modelNameSchema.nullable(),
    digest: digestSchema,
    document: envelopeSchema,
    /** Not to be sent any more: the registry refused it for good, which its owner has not read yet. `lastError` says why. */
    refusedAs: z.enum(errorCodes).nullable().default(null),
    ...queued,
  }),
]);
export type OutboxItem = z.infer<typeof outboxSchema>;

/** The registry this device belongs to: its key, pinned on first contact, and what it last said. */
export const registrySchema = z.object({
  id: z.literal('registry'),
  root: envelopeSchema,
  publicKey: z.string(),
  pinnedAt: time,
  /**
   * The last list of models, for when there is no network; its ETag for when there is. One that cannot be read is asked for
   * again, and does not take the pinned key with it.
   */
  catalogue: modelListSchema.nullable().catch(null),
  catalogueETag: z.string().nullable(),
  contactedAt: time.nullable(),
});
export type RegistryRow = z.infer<typeof registrySchema>;

/** When a device looks for news and takes it; `model` is `*` for all that have none of their own. */
export const updatePolicySchema = z.object({
  model: z.union([modelNameSchema, z.literal('*')]),
  /** `automatic`: takes what production says. `ask`: says that there is something newer. `never`: stays. */
  mode: z.enum(['automatic', 'ask', 'never']),
  everyMinutes: z.number().int().min(1).max(10_080),
  /** Only while … where the platform tells; where it does not, the wish is met by waiting for nothing. */
  onlyWhile: z.object({ idle: z.boolean(), charging: z.boolean(), unmetered: z.boolean() }),
});
export type UpdatePolicy = z.infer<typeof updatePolicySchema>;

/**
 * A version that was fetched and is being tried, or did not answer as it was recorded: that one never becomes active. A
 * page that dies while it tries leaves it `running`.
 */
export const trialSchema = z.object({
  /** Of the manifest. */
  digest: digestSchema,
  model: modelNameSchema,
  version: versionNumberSchema,
  state: z.enum(['running', 'failed']),
  /** How often it was begun. */
  begun: z.number().int(),
  /** The alias revision that asked for it: with a higher one it is tried anew. */
  revision: z.number().int(),
  problem: z.string().nullable(),
  at: time,
});
export type Trial = z.infer<typeof trialSchema>;

/** When something that is done now and then was done last. */
export const markSchema = z.object({ id: z.enum(['state-report', 'background-check']), at: time });
export type Mark = z.infer<typeof markSchema>;

/** A sample that another device made, in the inbox of this one. */
export const inboxSampleSchema = z.object({
  id: digestSchema,
  model: modelNameSchema,
  device: keyIdSchema,
  /** Digest of the samples document that brought it. */
  pack: digestSchema,
  sample: sentSampleSchema,
  state: z.enum(['new', 'accepted', 'rejected']),
  receivedAt: time,
});
export type InboxSample = z.infer<typeof inboxSampleSchema>;

/** Another device, as the registry vouched for it when something of it was carried here. */
export const peerSchema = z.object({
  device: keyIdSchema,
  /** `deviceCertificateSchema` */
  certificate: envelopeSchema,
  seenAt: time,
});
export type PeerRow = z.infer<typeof peerSchema>;

export const settingsSchema = z.object({
  id: z.literal('settings'),
  deviceName: z.string(),
  language: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Asked once; null until then. */
  persistent: z.boolean().nullable(),
  /** Whether versions may come over a link that is paid by what goes over it. */
  overMetered: z.boolean().default(false),
  /** Who answers what applications ask under /v2: this device, the server, or the one where the other cannot. */
  answers: z.enum(policies).default('remote-first'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What the store did by itself, or found damaged: told in passing, and kept until it was read. */
export const noticeSchema = z.object({
  /** Autoincremented. */
  id: z.number().int().optional(),
  /**
   * `evicted`: a version went to make room. `damaged`: pieces of a version did not hash and were thrown away. `mended`: they
   * are here again. `work-damaged`: the same of what was made here and not sent; no registry has it.
   */
  kind: z.enum(['evicted', 'damaged', 'mended', 'work-damaged']),
  model: modelNameSchema,
  /** Null where what was found has no number: a candidate. */
  version: versionNumberSchema.nullable(),
  bytes: z.number().int(),
  at: time,
});
export type Notice = z.infer<typeof noticeSchema>;

/** The device's key: WebCrypto's, which cannot be read, or 32 secret bytes where the browser has no Ed25519. */
export interface IdentityRow {
  id: 'identity';
  keyId: string;
  publicKey: string;
  key: CryptoKey | Uint8Array<ArrayBuffer>;
}

/** A download that is under way: what it is for, so that its chunks are kept until it ends or is dropped. */
export const downloadSchema = z.object({
  key: z.string(),
  model: modelNameSchema,
  version: versionNumberSchema,
  variant: variantNameSchema,
  digests: z.array(digestSchema),
  startedAt: time,
});
export type DownloadRow = z.infer<typeof downloadSchema>;

/** What may compute a run. `auto`: whatever is fastest here; `wasm` is one thread, which gives the same bits every time. */
const computeSchema = z.enum(['auto', 'wasm', 'webgpu']);
export type Compute = z.infer<typeof computeSchema>;

/** What a training run is asked for. */
export const trainRequestSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  recipe: trainRecipeSchema,
  /** Whether the new samples may travel with the version; else only their digest does. */
  shareSamples: z.boolean(),
  /** For the onnx engine; `auto` where it is absent. */
  compute: computeSchema.optional(),
});
export type TrainRequest = z.infer<typeof trainRequestSchema>;

/** A state that a run left. */
const checkpointSchema = z.object({
  /** SHA-256 of its bytes. */
  digest: digestSchema,
  bytes: z.number().int(),
  /** Steps that were taken, and the epoch that was under way. */
  step: z.number().int(),
  epoch: z.number().int(),
  savedAt: time,
});

/** A run that has not come to its end: under way in some tab, or cut short. */
export const runSchema = z.object({
  /** Of the three members that follow: all that its numbers depend on. */
  id: digestSchema,
  request: trainRequestSchema,
  /** Of the manifest that it began with. */
  versionDigest: digestSchema,
  /** Of the rows that it learns from and looks at. */
  dataDigest: digestSchema,
  /** Only there it ends with the very same weights. */
  provider: z.enum(['wasm', 'webgpu', 'cpu']),
  steps: z.number().int(),
  startedAt: time,
  /** Written in turn, so that one is whole whatever happens to the other. */
  slots: z.tuple([checkpointSchema, checkpointSchema.nullable()]),
  newest: z.union([z.literal(0), z.literal(1)]),
});
export type RunRow = z.infer<typeof runSchema>;

export interface HaversackDB extends DBSchema {
  /** Verified bytes by digest. */
  chunks: { key: string; value: { digest: string; bytes: ArrayBuffer } };
  installed: { key: [string, number]; value: Installed; indexes: { model: string } };
  active: { key: string; value: Active };
  aliases: { key: string; value: z.infer<typeof seenAliasSchema> };
  choices: { key: string; value: z.infer<typeof choiceSchema> };
  samples: { key: string; value: Sample; indexes: { model: string } };
  candidates: { key: string; value: CandidateRow; indexes: { model: string } };
  outbox: { key: number; value: OutboxItem; indexes: { candidate: string; digest: string } };
  downloads: { key: string; value: DownloadRow };
  registry: { key: string; value: RegistryRow };
  settings: { key: string; value: Settings };
  identity: { key: string; value: IdentityRow };
  policies: { key: string; value: UpdatePolicy };
  inbox: { key: string; value: InboxSample; indexes: { model: string } };
  peers: { key: string; value: PeerRow };
  trials: { key: string; value: Trial };
  marks: { key: string; value: Mark };
  notices: { key: number; value: Notice };
  runs: { key: string; value: RunRow; indexes: { model: string } };
  /** The bytes of both slots, in parts: a value has its limit (127 MiB in Chromium). */
  checkpoints: {
    key: [string, number, number];
    value: { run: string; slot: number; part: number; bytes: ArrayBuffer };
  };
  projects: { key: string; value: Project };
  examples: { key: string; value: Example; indexes: { project: string; class: string } };
  /** The photo as it is learnt from: JPEG or PNG, by the example's id. */
  exampleFiles: { key: string; value: { id: string; mediaType: string; bytes: ArrayBuffer } };
  /** JPEG, at most 128 pixels wide and high, by the example's id. */
  thumbnails: { key: string; value: { id: string; bytes: ArrayBuffer } };
  /** By embedder (its digest) and example: FP32. */
  embeddings: {
    key: [string, string];
    value: { embedder: string; example: string; values: ArrayBuffer };
    indexes: { example: string };
  };
  records: { key: string; value: RecordRow; indexes: { model: string } };
  /** JPEG, by the record's id. */
  recordPhotos: { key: string; value: { id: string; bytes: ArrayBuffer } };
}
