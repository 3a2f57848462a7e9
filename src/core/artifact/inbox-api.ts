// The part of /registry/v1 that takes what devices hand in, beside candidates: samples, reports, bundles; and shows it.
import { z } from '../zod.ts';
import { digestSchema } from './digest.ts';
import { reportSchema } from './documents.ts';
import { modelNameSchema, versionNumberSchema } from './names.ts';
import { envelopeSchema } from './signature.ts';

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
      receivedAt: z.string(),
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

/** POST /reports and POST /samples: 201 the first z.string(), 200 ever after. */
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
  reports: z.array(z.object({ digest: digestSchema, receivedAt: z.string(), report: reportSchema })),
});
export type ReportList = z.infer<typeof reportListSchema>;
