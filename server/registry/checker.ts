// What is looked into before it is believed: the jobs, and what comes of them. Who does them, and in which process, is
// behind `Checker`.
import { fileRefSchema } from '../../src/core/artifact/chunks.ts';
import { digestSchema } from '../../src/core/artifact/digest.ts';
import {
  evaluationSchema,
  manifestSchema,
  recordedArtifactSchema,
} from '../../src/core/artifact/documents.ts';
import { interfaceSchema } from '../../src/core/artifact/interface.ts';
import { variantNameSchema } from '../../src/core/artifact/names.ts';
import { failureSchema } from '../../src/core/failure-schema.ts';
import { z } from '../../src/core/zod.ts';
import { derivableSchema } from './derivable.ts';

/** An upload is looked into, opened and run. */
export const checkJobSchema = z.object({
  kind: z.literal('check'),
  /** The model. */
  file: fileRefSchema,
  /** Files that came with it: only whether they are whole. */
  beside: z.array(fileRefSchema).max(8),
  labels: z.array(z.string()).nullable(),
  /** As claimed; null to read it, and labels that nobody gave, from the file. */
  interface: interfaceSchema.nullable(),
  recorded: recordedArtifactSchema.nullable(),
});
export type CheckJob = z.infer<typeof checkJobSchema>;

export const checkedSchema = z.object({
  interface: interfaceSchema,
  labels: z.array(z.string()).nullable(),
  architecture: digestSchema,
  /** What the file is by its weights: `fp32`, `fp16`, `original`. */
  variant: variantNameSchema,
});
export type Checked = z.infer<typeof checkedSchema>;

/** An upload that came as files becomes chunks: one ONNX file, whatever it kept beside it, or was before. */
const receiveJobSchema = z.object({
  kind: z.literal('receive'),
  /** Of an ONNX file its name; null: it is of another format, and told apart by its content. */
  model: z.string().nullable(),
  /** What came, by the names it came under: where it lies on this machine. */
  files: z.array(z.object({ name: z.string(), path: z.string(), bytes: z.number().int().min(0) })),
  /** What was said of it. */
  labels: z.array(z.string()).nullable(),
  pixels: z.tuple([z.number(), z.number()]).nullable(),
});
export type ReceiveJob = z.infer<typeof receiveJobSchema>;

export const receivedSchema = z.object({
  /** Its chunks are stored. */
  file: fileRefSchema,
  /** Null where it is to be read from the file. */
  interface: interfaceSchema.nullable(),
  /** As they were said, else as its format has them. */
  labels: z.array(z.string()).nullable(),
});
export type Received = z.infer<typeof receivedSchema>;

/** A variant is made of a version and measured on its data. */
export const deriveJobSchema = z.object({
  kind: z.literal('derive'),
  manifest: manifestSchema,
  variant: derivableSchema,
  /** The parent's variant, whose scales are kept where they fit. */
  parent: fileRefSchema.nullable(),
});
export type DeriveJob = z.infer<typeof deriveJobSchema>;

export const derivedSchema = z.discriminatedUnion('made', [
  z.object({
    made: z.literal(true),
    runtime: z.string().max(128),
    /** Its chunks are stored. */
    file: fileRefSchema,
    /** Whether it has scales of the parent's variant. */
    pinned: z.boolean(),
    evaluations: z.array(evaluationSchema).max(64),
  }),
  /** It would be no use to anyone. */
  z.object({ made: z.literal(false), why: z.string() }),
]);
export type Derived = z.infer<typeof derivedSchema>;

export const jobSchema = z.discriminatedUnion('kind', [checkJobSchema, receiveJobSchema, deriveJobSchema]);
export type Job = z.infer<typeof jobSchema>;

/** What a process that does jobs sends back. */
export const outcomeSchema = z.discriminatedUnion('done', [
  z.object({ done: z.literal(true), value: z.unknown() }),
  z.object({ done: z.literal(false), failure: failureSchema }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

export interface Checker {
  /**
   * @throws HaversackError what is wrong with the file; `ModelInvalid` where looking at it takes too long, too much
   *   memory, or the process down; `Unavailable` where too many wait, or the server stops
   */
  check(job: CheckJob): Promise<Checked>;
  /** @throws HaversackError as `check` */
  receive(job: ReceiveJob): Promise<Received>;
  /** @throws HaversackError as `check` */
  derive(job: DeriveJob): Promise<Derived>;
  /** Gets ready for a check that will come soon. */
  warm(): void;
  /** Gives up what is in hand. */
  close(): Promise<void>;
}
