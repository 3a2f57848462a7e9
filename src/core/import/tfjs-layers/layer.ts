// A layer as a rule sees it, and what rules share. Configurations are as they are stored: snake case, as Keras has them.
import { HaversackError } from '../../errors.ts';
import { z } from '../../zod.ts';
import type { GraphDraft, Sizes, Value } from './graph-draft.ts';
import type { Layout, Weight } from './layouts.ts';

export interface Layer {
  readonly name: string;
  readonly className: string;
  readonly config: unknown;
  /** By the last part of its name (`kernel`, `bias`, `gamma` …); the full name is `layer/part`. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/** Adds the layer's nodes and answers what they make. @throws HaversackError `OperatorUnsupported` naming the layer */
export type LayerRule = (layer: Layer, inputs: readonly Value[], draft: GraphDraft) => Value;

/** The same for a layer with one input. */
export function single(rule: (layer: Layer, x: Value, draft: GraphDraft) => Value): LayerRule {
  return (layer, inputs, draft) => {
    if (inputs.length !== 1) throw unsupported(layer, `${inputs.length} inputs`);
    return rule(layer, inputs[0]!, draft);
  };
}

/** Nothing happens to its input when the model answers. */
export const passThrough: LayerRule = single((_layer, x) => x);

export function settings<T>(layer: Layer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(layer.config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unsupported(layer, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

export function unsupported(layer: Pick<Layer, 'name' | 'className'>, what: string): HaversackError {
  return new HaversackError(
    'OperatorUnsupported',
    `Layer '${layer.name}' (${layer.className}) has no ONNX form here: ${what}.`,
  );
}

/** @returns the shape, of as many dimensions as wanted */
export function ofRank(layer: Layer, x: Value, wanted: number): Sizes {
  const got = x.shape.length;
  if (got !== wanted) throw unsupported(layer, `a sample of ${got} dimensions, wanted ${wanted}`);
  return x.shape;
}

export function known(layer: Layer, size: number | null | undefined): number {
  if (typeof size === 'number') return size;
  throw unsupported(layer, 'a dimension of free size');
}

export function weight(layer: Layer, draft: GraphDraft, part: string, layout: Layout): string {
  return draft.weight(`${layer.name}/${part}`, weightOf(layer, part), layout);
}

export function weightOf(layer: Layer, part: string): Weight {
  const value = layer.weights.get(part);
  if (!value) throw unsupported(layer, `no weight '${part}'`);
  return value;
}

/** None, or the one: to be spread into a node's inputs. */
export function bias(layer: Layer, draft: GraphDraft): string[] {
  return layer.weights.has('bias') ? [weight(layer, draft, 'bias', 'same')] : [];
}

/**
 * A layer's axis as the index into its sample. Stored axes count the batch as 0 and may be negative.
 * @throws HaversackError `OperatorUnsupported` where it is the batch, or there is no such axis
 */
export function sampleAxis(layer: Layer, axis: number, rank: number): number {
  const index = axis < 0 ? rank + axis : axis - 1;
  if (index < 0 || index >= rank) throw unsupported(layer, `axis ${axis}`);
  return index;
}

/** The same axis in the graph's tensor, where images have the channels before their height. */
export function graphAxis(index: number, rank: number): number {
  if (rank !== 3) return index + 1;
  return index === 2 ? 1 : index + 2;
}

/** The value with the channels last, as the layers model lays it out. */
export function channelsLast(draft: GraphDraft, x: Value): string {
  return x.shape.length === 3 ? draft.node('Transpose', [x.name], { perm: { ints: [0, 2, 3, 1] } }) : x.name;
}

/** The way back of `channelsLast`. */
export function laidOut(draft: GraphDraft, name: string, shape: Sizes): Value {
  if (shape.length !== 3) return { name, shape };
  return { name: draft.node('Transpose', [name], { perm: { ints: [0, 3, 1, 2] } }), shape };
}
