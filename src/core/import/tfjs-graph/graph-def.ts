// A graph model's `model.json`: the graph as TensorFlow's GraphDef in JSON (tensorflow/core/framework/graph.proto), its
// signature and its weights' manifest. Hostile until it is parsed; knows no operator.
import type { Bytes } from '../../artifact/digest.ts';
import { HaversackError } from '../../errors.ts';
import { modelLimits } from '../../onnx/limits.ts';
import { z } from '../../zod.ts';
import { type WeightsManifest, weightsManifestSchema } from '../tfjs-weights.ts';

/** Of a dimension: no tensor of ONNX Runtime's has more along one axis. */
export const maxSize = 2 ** 31 - 1;

const nameSchema = z.string().min(1).max(modelLimits.nameBytes);

/** protobuf's JSON has 64-bit numbers as text, and what is no number by name. */
const numeric = z.union([z.number(), z.string().max(32)]).transform(Number);
/** What is below zero is free. */
const sizeSchema = numeric.pipe(z.number().int().max(maxSize));
/** `bytes` as Base64; older converters write the character codes. */
const bytesSchema = z.union([
  z.string().max(2 ** 16),
  z.array(z.number().int().min(0).max(255)).max(2 ** 16),
]);
/** `DT_FLOAT`, or its number. */
const typeSchema = z.union([z.string().max(64), z.number()]);
const shapeSchema = z.object({
  dim: z
    .array(z.object({ size: sizeSchema.optional() }))
    .max(32)
    .optional(),
  unknownRank: z.boolean().optional(),
});

const attributeSchema = z.object({
  i: numeric.optional(),
  f: numeric.optional(),
  b: z.boolean().optional(),
  s: bytesSchema.optional(),
  type: typeSchema.optional(),
  shape: shapeSchema.optional(),
  list: z
    .object({
      i: z.array(numeric).max(4096).optional(),
      f: z.array(numeric).max(4096).optional(),
      s: z.array(bytesSchema).max(4096).optional(),
    })
    .optional(),
});
export type NodeAttribute = z.infer<typeof attributeSchema>;

const nodeSchema = z.object({
  name: nameSchema,
  op: z.string().min(1).max(256),
  input: z.array(nameSchema).max(65_536).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
export type NodeDef = z.infer<typeof nodeSchema>;

const tensorInfoSchema = z.object({
  /** `node:output` */
  name: nameSchema.optional(),
  tensorShape: shapeSchema.optional(),
});
const tensorInfos = z.record(z.string(), tensorInfoSchema).optional();

const modelSchema = z.object({
  format: z.literal('graph-model').optional(),
  modelTopology: z.object({
    node: z.array(nodeSchema).min(1).max(modelLimits.nodes),
  }),
  weightsManifest: weightsManifestSchema.default([]),
  signature: z.object({ inputs: tensorInfos, outputs: tensorInfos }).nullish(),
  userDefinedMetadata: z
    .object({ signature: z.object({ inputs: tensorInfos, outputs: tensorInfos }).nullish() })
    .nullish(),
});

export interface GraphModel {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly weights: WeightsManifest;
  /** `node:output`, in the signature's order; null where there is no signature. */
  readonly outputs: readonly string[] | null;
  /** Node → the shape that the signature gives it, −1 being free. */
  readonly inputShapes: ReadonlyMap<string, readonly number[]>;
}

/** @throws HaversackError `ImportImpossible` with the place in the file */
export function readGraphModel(file: Bytes): GraphModel {
  const { modelTopology, weightsManifest, ...rest } = parse(file);
  const signature = rest.signature ?? rest.userDefinedMetadata?.signature;
  const nodes = new Map<string, NodeDef>();
  for (const node of modelTopology.node) {
    if (nodes.has(node.name))
      throw new HaversackError('ImportImpossible', `two nodes are called '${node.name}'`);
    nodes.set(node.name, node);
  }
  const outputs = Object.entries(signature?.outputs ?? {}).map(([key, { name }]) => name ?? key);
  const inputShapes = Object.entries(signature?.inputs ?? {}).flatMap(([key, { name, tensorShape }]) =>
    tensorShape ? [[splitReference(name ?? key).node, dimensions(tensorShape)] as const] : [],
  );
  return {
    nodes,
    weights: weightsManifest,
    outputs: outputs.length > 0 ? outputs : null,
    inputShapes: new Map(inputShapes),
  };
}

function parse(file: Bytes): z.infer<typeof modelSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
  } catch (error) {
    throw new HaversackError('ImportImpossible', `model.json is no JSON (${(error as Error).message})`);
  }
  const parsed = modelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HaversackError('ImportImpossible', `model.json, ${issue!.path.join('.')}: ${issue!.message}`);
}

/** −1 is a free dimension. A shape without a known rank has none: it is [] too. */
export function dimensions({ dim = [] }: z.infer<typeof shapeSchema>): number[] {
  return dim.map(({ size = -1 }) => (size < 0 ? -1 : size));
}

export interface Reference {
  readonly node: string;
  readonly output: number;
}

/** `node:1`; without a number the first. `^node`, which only orders, is no reference. */
export function splitReference(text: string): Reference {
  const match = /^(.*):(\d{1,6})$/.exec(text);
  return match ? { node: match[1]!, output: Number(match[2]) } : { node: text, output: 0 };
}

/** What a node reads, without what only orders it. */
export function dataInputs({ input }: NodeDef): Reference[] {
  return input.filter(text => !text.startsWith('^')).map(splitReference);
}
