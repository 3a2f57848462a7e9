// What the browser keeps of classifiers that are taught by showing, and of predictions that were kept. Apart from the other
// rows: the shell needs none of it.
import { digestSchema } from '../core/artifact/digest.ts';
import { modelNameSchema, versionNumberSchema } from '../core/artifact/names.ts';
import { maxColumnLength, rowLimits } from '../core/teach/row-limits.ts';
import { shownKinds } from '../core/teach/shown-kind.ts';
import { z } from '../core/zod.ts';

const time = z.iso.datetime();
/** Of a class's label, in UTF-16 units. */
export const maxLabelLength = 256;
/** Of a project. */
export const maxClasses = 1000;

export type { ShownKind } from '../core/teach/shown-kind.ts';

/** Where an embedding is taken: a version of the library, and a value of its graph (`EmbeddingPoint`). */
const embedderRefSchema = z.object({
  model: modelNameSchema,
  version: versionNumberSchema,
  value: z.string().max(1024),
});
export type EmbedderRef = z.infer<typeof embedderRefSchema>;

/**
 * What embeds sounds and rows without a model of the library: numbers of a log-mel spectrogram, columns and waves of them. Photos
 * have no such thing.
 */
export const builtInEmbedder = 'built-in';
const embedderChoiceSchema = z.union([embedderRefSchema, z.literal(builtInEmbedder)]);
export type EmbedderChoice = z.infer<typeof embedderChoiceSchema>;

/** A classifier that is being taught on this device by showing: classes and what learns them. Its examples are in `examples`. */
export const projectSchema = z.object({
  id: z.uuid(),
  /** For good. Rows from before there were sounds have none. */
  kind: z.enum(shownKinds).default('photo'),
  /** The model it becomes. */
  model: modelNameSchema,
  classes: z
    .array(
      z.object({
        id: z.uuid(),
        label: z.string().trim().min(1).max(maxLabelLength),
        /** "None of these": what is none of the other classes. One at most. */
        isNone: z.boolean(),
      }),
    )
    .max(maxClasses),
  /** Of a project of rows: what its numbers are called, in their order; null until somebody said. Rows from before have none. */
  columns: z
    .array(z.string().min(1).max(maxColumnLength))
    .min(1)
    .max(rowLimits.columns)
    .nullable()
    .default(null),
  /** Null until one was chosen. */
  embedder: embedderChoiceSchema.nullable(),
  /** What was made of it last; null: nothing yet. */
  candidate: digestSchema.nullable(),
  createdAt: time,
  updatedAt: time,
});
export type Project = z.infer<typeof projectSchema>;

/**
 * Something that was shown, without its bytes: the photo, the sound or the row is in `exampleFiles`, the small picture of it in
 * `thumbnails`, where it has one. So that a thousand of these are a small thing to read: each that is added is placed beside all of
 * them.
 */
export const exampleSchema = z.object({
  /** SHA-256 of project and bytes: the same photo, sound or row twice is one. */
  id: digestSchema,
  project: z.uuid(),
  /** Of the project. */
  class: z.uuid(),
  /** In pixels of the photo; of a sound, of its spectrogram: frames and bands; of a row, its columns and 1. */
  width: z.number().int().min(1),
  height: z.number().int().min(1),
  /** Of the file and its thumbnail. */
  bytes: z.number().int().min(1),
  /** Of those that were recorded in one go, or dropped together: near-duplicates lie in one part. */
  recording: z.uuid(),
  /** 64-bit difference hash of the photo or the spectrogram, 16 hexadecimal digits; of a row zeros, which nobody compares. */
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
  /** Kept for ever. */
  part: z.enum(['train', 'test']),
  /** `camera` and `microphone`: recorded as it was held; `form`: typed. */
  source: z.enum(['camera', 'microphone', 'file', 'form', 'correction']),
  createdAt: time,
});
export type Example = z.infer<typeof exampleSchema>;

/** A prediction that somebody kept: what was asked, answered, and said of it. Its photo is in `recordPhotos`. */
export const recordSchema = z.object({
  id: z.uuid(),
  model: modelNameSchema,
  /** Null: a model that has no number yet, by its candidate. */
  version: versionNumberSchema.nullable(),
  candidate: digestSchema.nullable(),
  at: time,
  /** JPEG; null where nobody wanted it kept, or it was no photo. */
  photo: z.object({ bytes: z.number().int().min(1) }).nullable(),
  answer: z.object({
    /** Null: not sure. */
    label: z.string().max(256).nullable(),
    probabilities: z.array(z.number()).max(1000).nullable(),
  }),
  /** What it is, as a person said; null where nobody did yet. */
  truth: z.string().max(256).nullable(),
  /** WGS 84, in degrees; `accuracy` in metres. Null where it was not allowed, or not known. */
  place: z
    .object({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      accuracy: z.number().min(0),
    })
    .nullable(),
});
export type RecordRow = z.infer<typeof recordSchema>;
