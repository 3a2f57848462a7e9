// A version as a folder: `version.json` beside its files. What the demo models are committed as and a registry is seeded
// from. All of a candidate but what only a registry can say: digests of files are taken when it is read.
import { z } from '../zod.ts';
import {
  candidateSchema,
  datasetArtifactSchema,
  evaluationSchema,
  recordedArtifactSchema,
  recipeSchema,
  topologyArtifactSchema,
} from './documents.ts';
import { variantNameSchema, versionNumberSchema } from './names.ts';

/** The name of the document in the folder. */
export const packageDocumentName = 'version.json';

/** A file beside the document. No folders, so that a package cannot reach outside itself. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'expected a plain file name');
const inFile = { file: fileName };

export const packageVariantSchema = z.object({
  variant: variantNameSchema,
  ...inFile,
  recipe: recipeSchema,
  /** The runtime it was measured with. */
  runtime: z.string().max(128),
  evaluations: z.array(evaluationSchema).max(64),
});

export const packageSchema = candidateSchema
  .omit({ type: true, parent: true, architecture: true, device: true, authority: true, artifacts: true })
  .extend({
    type: z.literal('package'),
    version: versionNumberSchema,
    /** A version of the same model, which must be there first. */
    parent: z.object({ version: versionNumberSchema }).nullable(),
    authority: z.object({ variant: variantNameSchema, ...inFile }),
    variants: z.array(packageVariantSchema).max(16),
    artifacts: z.object({
      dataset: datasetArtifactSchema.extend(inFile).nullable(),
      recorded: recordedArtifactSchema.extend(inFile).nullable(),
      topology: topologyArtifactSchema.extend(inFile).nullable(),
    }),
  });
export type VersionPackage = z.infer<typeof packageSchema>;
