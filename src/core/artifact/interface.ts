// A model's interface: its named inputs and outputs, what they mean, and how an answer is decided from them.
// (*Signature* always means the cryptographic one.)
import { datatypeSchema, shapeSchema } from '../datatype-schema.ts';
import { z } from '../zod.ts';

const text = z.string().max(256);

/** What an input's numbers are. A row of a table fills one sample of either kind in row-major order. */
export const inputMeaningSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('features'),
    /** One per number of a sample; also the column names of a table. */
    names: z.array(text).min(1).max(16_384),
    /** Same length as `names`; null where there is no unit. */
    units: z.array(text.nullable()),
    /** [lowest, highest] seen in the training part, same length; for sliders and out-of-range hints. */
    ranges: z.array(z.tuple([z.number(), z.number()])).nullable(),
  }),
  z.object({
    kind: z.literal('image'),
    layout: z.enum(['NCHW', 'NHWC']),
    /** The values of black-on-white's paper and of full ink (or of black and white). */
    range: z.tuple([z.number(), z.number()]),
    /**
     * `cell-counts`: a drawing is cut to its bounding box, brought to a bitmap 4 times as wide and high as the input, and
     * the set pixels of each 4×4 cell are counted (0 to 16), as the UCI digits were made. `pixels`: the image is scaled.
     * `photo`: the graph does that itself; it takes sRGB bytes (UINT8, NHWC) of any height and width.
     */
    preparation: z.enum(['cell-counts', 'pixels', 'photo']),
    /** Column names of a table, one per pixel in the order of `layout`; null where there are none. */
    names: z.array(text).nullable(),
  }),
  z.object({
    /** Sound: FP32 [n, samples], one channel, full scale −1 to 1. How many samples it takes is its shape's. */
    kind: z.literal('waveform'),
    /** Samples a second, in Hz. */
    sampleRate: z.number().int().min(1).max(384_000),
  }),
]);

export const outputMeaningSchema = z.object({
  kind: z.enum(['probabilities', 'logits', 'score', 'value', 'class']),
  unit: text.nullable(),
});

const tensorSchema = z.object({ name: text, datatype: datatypeSchema, shape: shapeSchema });
export const inputSchema = tensorSchema.extend({ meaning: inputMeaningSchema.nullable() });
export const outputSchema = tensorSchema.extend({ meaning: outputMeaningSchema.nullable() });

/** How an answer is decided. */
export const decisionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('softmax'),
    /** The output [n, classes] that is read. */
    output: text,
    /** Whether that output holds probabilities already, or logits that softmax is still to be applied to. */
    from: z.enum(['probabilities', 'logits']),
    /** Below this highest probability the answer is "not sure". */
    notSureBelow: z.number().min(0).max(1),
  }),
  z.object({
    kind: z.literal('threshold'),
    output: text,
    threshold: z.number(),
    /** Scores strictly inside are "not sure". */
    notSureBetween: z.tuple([z.number(), z.number()]).nullable(),
  }),
  z.object({ kind: z.literal('value'), output: text }),
]);
export type Decision = z.infer<typeof decisionSchema>;

export const interfaceSchema = z.object({
  inputs: z.array(inputSchema).max(64),
  outputs: z.array(outputSchema).min(1).max(64),
  /** Null where nobody said: outputs are then shown as they are. */
  decision: decisionSchema.nullable(),
});
export type ModelInterface = z.infer<typeof interfaceSchema>;
export type InputMeaning = z.infer<typeof inputMeaningSchema>;
export type InputInterface = z.infer<typeof inputSchema>;
export type OutputInterface = z.infer<typeof outputSchema>;
