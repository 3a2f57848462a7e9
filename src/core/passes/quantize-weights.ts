// Weight-only int8: weights travel in a quarter of the bytes and are unfolded to fp32 again when a session is made.
// Activations stay fp32, so any provider that ran the model before still does.
import { create } from '@bufbuild/protobuf';
import { type GraphProto, type NodeProto, NodeProtoSchema, type TensorProto } from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { attributeProto } from '../onnx/build.ts';
import { defaultOpset } from '../onnx/check.ts';
import { datatypeOf, dataTypeOf } from '../onnx/data-type.ts';
import { Graph } from '../onnx/graph.ts';
import { findLowRankChanges, type PlacedChange } from '../onnx/low-rank.ts';
import { readModel } from '../onnx/read.ts';
import { isExternal, shapeOf, tensorOf, tensorProto } from '../onnx/tensor-proto.ts';
import { constantValue, operatorName } from '../onnx/walk.ts';
import { writeModel } from '../onnx/write.ts';
import { elements, float32, type Tensor } from '../tensor.ts';

export interface QuantizeWeightsOptions {
  /** One scale for each output channel, or one for the whole weight. */
  readonly perChannel: boolean;
}

/**
 * Smaller weights are left alone, for the scales and nodes would eat what is saved; but not where all are small: a variant
 * that is called int8 holds int8.
 */
const minElements = 64;
/** Narrow range, so that −w and w are alike: −127 … 127. */
const largestStep = 127;
/** From here on DequantizeLinear takes an axis; before, a Cast and a Mul do the same (ONNX, DequantizeLinear-13). */
const dequantizeAxisOpset = 13;

/**
 * Symmetric, without zero points: w ≈ q · scale, scale = max |w| / 127. Weights of MatMul, Gemm, Conv and ConvTranspose
 * with two dimensions or more; others, and weights with values that are no finite numbers, stay as they are. Of a weight
 * with a low-rank change the weight itself is quantized, to the bytes that it had without the change, and the change stays.
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export function quantizeWeights(file: Bytes, { perChannel }: QuantizeWeightsOptions): Bytes {
  const model = readModel(file);
  const graph = model.graph!;
  const hasAxis = defaultOpset(model) >= dequantizeAxisOpset;
  const names = namesOf(graph);
  const unfolding: NodeProto[] = [];
  const changes = findLowRankChanges(Graph.from(model));
  for (const [name, { proto, axis }] of quantizable(graph, changes)) {
    const quantized = quantize(tensorOf(proto, name), perChannel ? axis : null);
    if (!quantized) continue;
    const stored = fresh(`${name}.int8`, names);
    const scale = fresh(`${name}.scale`, names);
    replace(graph, name, [
      tensorProto(stored, quantized.values),
      tensorProto(scale, hasAxis ? quantized.scale : broadcastable(quantized.scale, axis, quantized.values)),
    ]);
    unfolding.push(...unfold({ name, stored, scale, axis: perChannel ? axis : null, hasAxis, names }));
  }
  graph.node = [...unfolding, ...graph.node];
  return writeModel(model);
}

interface Weight {
  readonly proto: TensorProto;
  /** Of the output channels. */
  readonly axis: number;
}

/** Weight name → where it is. A weight with several readers is unfolded once, along the axis of the first. */
function quantizable(graph: GraphProto, changes: readonly PlacedChange[]): Map<string, Weight> {
  const behind = new Map(changes.map(({ changed, weight }) => [changed, weight]));
  const ofChanges = new Set(changes.flatMap(({ left, right }) => [left, right]));
  const tensors = new Map(graph.initializer.map(proto => [proto.name, proto]));
  for (const node of graph.node) {
    const constant = constantValue(node);
    if (constant && node.output[0]) tensors.set(node.output[0], constant);
  }
  const weights = new Map<string, Weight>();
  for (const node of graph.node) {
    const read = node.input[1] ?? '';
    const name = behind.get(read) ?? read;
    const proto = ofChanges.has(name) ? undefined : tensors.get(name);
    if (!proto || weights.has(name) || isExternal(proto) || datatypeOf(proto.dataType) !== 'FP32') continue;
    const shape = shapeOf(proto);
    const axis = channelAxis(node, shape.length);
    if (axis !== null && shape.length >= 2) weights.set(name, { proto, axis });
  }
  const large = new Map([...weights].filter(([, { proto }]) => elements(shapeOf(proto)) >= minElements));
  return large.size > 0 ? large : weights;
}

/** Where the output channels of the second input lie; null for operators that have none. */
function channelAxis(node: NodeProto, rank: number): number | null {
  switch (operatorName(node)) {
    case 'MatMul':
      return rank - 1;
    case 'Gemm':
      return node.attribute.find(({ name }) => name === 'transB')?.i === 1n ? 0 : 1;
    case 'Conv':
      return 0;
    case 'ConvTranspose':
      return 1;
    default:
      return null;
  }
}

/** Null where a value is not finite. `axis` null: one scale. */
function quantize({ shape, data }: Tensor, axis: number | null): { values: Tensor; scale: Tensor } | null {
  const weights = data as Float32Array<ArrayBuffer>;
  const channels = axis === null ? 1 : shape[axis]!;
  /** Elements from one step along the axis to the next. */
  const stride = axis === null ? weights.length : elements(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / stride) % channels;
  const scale = new Float32Array(channels);
  weights.forEach((weight, i) => {
    const channel = channelOf(i);
    // Math.max hands a NaN on.
    scale[channel] = Math.max(scale[channel]!, Math.abs(weight));
  });
  if (!scale.every(Number.isFinite)) return null;
  // A channel of zeros has no scale of its own; any will do.
  scale.forEach((largest, channel) => (scale[channel] = largest === 0 ? 1 : largest / largestStep));
  // A subnormal maximum divides to 0.
  if (!scale.every(value => value > 0)) return null;
  const values = Int8Array.from(weights, (weight, i) => toStep(weight / scale[channelOf(i)]!));
  return {
    values: { datatype: 'INT8', shape, data: values },
    scale: float32(axis === null ? [] : [channels], scale),
  };
}

function toStep(value: number): number {
  return Math.max(-largestStep, Math.min(largestStep, Math.round(value)));
}

/** The scales shaped so that Mul broadcasts them along `axis`. */
function broadcastable(scale: Tensor, axis: number, values: Tensor): Tensor {
  if (scale.shape.length === 0) return scale;
  return { ...scale, shape: values.shape.map((size, i) => (i === axis ? size : 1)) };
}

interface Unfolding {
  readonly name: string;
  readonly stored: string;
  readonly scale: string;
  readonly axis: number | null;
  readonly hasAxis: boolean;
  readonly names: Set<string>;
}

/** The nodes that make `name` again from what is stored. */
function unfold({ name, stored, scale, axis, hasAxis, names }: Unfolding): NodeProto[] {
  const node = (opType: string, input: string[], output: string, attribute: NodeProto['attribute'] = []) =>
    create(NodeProtoSchema, { opType, name: `${name}.${opType}`, input, output: [output], attribute });
  if (hasAxis) {
    const attributes = axis === null ? [] : [attributeProto('axis', { int: axis })];
    return [node('DequantizeLinear', [stored, scale], name, attributes)];
  }
  const cast = fresh(`${name}.cast`, names);
  return [
    node('Cast', [stored], cast, [attributeProto('to', { int: dataTypeOf('FP32') })]),
    node('Mul', [cast, scale], name),
  ];
}

/** Removes the weight in whichever form it was, and adds what takes its place. */
function replace(graph: GraphProto, name: string, tensors: TensorProto[]): void {
  const at = graph.initializer.findIndex(proto => proto.name === name);
  graph.initializer.splice(at < 0 ? graph.initializer.length : at, at < 0 ? 0 : 1, ...tensors);
  graph.node = graph.node.filter(node => !(constantValue(node) && node.output[0] === name));
  // Old exporters list every initializer as an input too.
  graph.input = graph.input.filter(input => input.name !== name);
}

function namesOf(graph: GraphProto): Set<string> {
  return new Set([
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.node.flatMap(node => node.output),
  ]);
}

function fresh(name: string, names: Set<string>): string {
  let candidate = name;
  for (let i = 2; names.has(candidate); i++) candidate = `${name}_${i}`;
  names.add(candidate);
  return candidate;
}
