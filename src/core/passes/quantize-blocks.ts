// Weight-only int4: weights travel in an eighth of the bytes and a scale for every 32 of them, and are unfolded to fp32
// again when a session is made.
import { create } from '@bufbuild/protobuf';
import { type TensorProto, TensorProto_DataType as DataType, TensorProtoSchema } from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { defaultOpset } from '../onnx/check.ts';
import { dataTypeOf } from '../onnx/data-type.ts';
import { readModel } from '../onnx/read.ts';
import { tensorOf, tensorProto } from '../onnx/tensor-proto.ts';
import { writeModel } from '../onnx/write.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import {
  type ChooseRounding,
  type ChooseScales,
  largestSteps,
  nearestStep,
  ownScales,
  scaleName,
  stepsName,
} from './scales.ts';
import { type MatrixWeight, matrixWeights, WeightRewriter } from './weight-sites.ts';

/** Weights that share a scale, at most: consecutive ones, those of an output channel one after the other. */
export const maxBlockElements = 32;
/** Smaller blocks would have more scales than is saved. */
const minBlockElements = 16;
/** From here on DequantizeLinear takes INT4 (ONNX, DequantizeLinear-21); before, arithmetic takes the nibbles apart. */
const int4Opset = 21;

/**
 * Symmetric, without zero points: w ≈ q · scale, scale = max |w| / 7, in blocks of 32 or, where a weight is not made of
 * those, of the next smaller number that it is made of. Weights of MatMul, Gemm, Conv and ConvTranspose; others, and
 * weights with values that are no finite numbers, stay as they are.
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export function quantizeBlocks(
  file: Bytes,
  scales: ChooseScales = ownScales,
  rounding: ChooseRounding = nearestStep,
): Bytes {
  const model = readModel(file);
  const rewriter = new WeightRewriter(model);
  const unfold = defaultOpset(model) >= int4Opset ? dequantize : takeApart(rewriter);
  for (const [name, weight] of matrixWeights(model)) {
    const blocks = quantize(name, weight, scales, rounding);
    if (!blocks) continue;
    const names = {
      name,
      stored: rewriter.fresh(stepsName(name, 'int4')),
      scale: rewriter.fresh(scaleName(name)),
      shape: rewriter.fresh(`${name}.shape`),
    };
    const shape = tensorProto(names.shape, shapeTensor(channelFirst(weight).shape));
    const flat = unfold(rewriter, names, blocks, shape);
    restoreShape(rewriter, names, weight, flat);
  }
  rewriter.finish();
  return writeModel(model);
}

interface Names {
  readonly name: string;
  readonly stored: string;
  readonly scale: string;
  readonly shape: string;
}

/** A weight in its blocks. */
interface Blocks {
  /** Two steps in a byte, the first in the lower half (onnx.proto, INT4). */
  readonly packed: Bytes;
  /** [blocks] */
  readonly scale: Tensor;
  readonly blockElements: number;
}

/** The weight's shape with the output channels first, and the swap that brings them back; null where they are. */
function channelFirst({ shape, axis }: MatrixWeight): { shape: number[]; perm: number[] | null } {
  if (axis === 0) return { shape: [...shape], perm: null };
  // The channels of MatMul, Gemm and ConvTranspose stand right behind what is summed over.
  const perm = shape.map((_, i) => (i === axis ? axis - 1 : i === axis - 1 ? axis : i));
  return { shape: perm.map(i => shape[i]!), perm };
}

/** Null where it is no whole number of blocks, or a value is not finite. */
function quantize(
  name: string,
  weight: MatrixWeight,
  chooseScales: ChooseScales,
  rounding: ChooseRounding,
): Blocks | null {
  const count = elements(weight.shape);
  const blockElements = blockOf(count);
  if (blockElements === null) return null;
  const values = inChannelOrder(tensorOf(weight.proto, name).data as Float32Array, weight);
  const blockAt = (i: number) => Math.floor(i / blockElements);
  const largest = new Float32Array(count / blockElements);
  // Math.max hands a NaN on.
  values.forEach((value, i) => (largest[blockAt(i)] = Math.max(largest[blockAt(i)]!, Math.abs(value))));
  if (!largest.every(Number.isFinite)) return null;
  const scale = chooseScales(name, largest, largestSteps.int4);
  if (!scale) return null;
  const stepOf = rounding(name, largestSteps.int4);
  const scaleOf = scale.data as Float32Array;
  const nibble = (i: number) => stepOf(values[i]! / scaleOf[blockAt(i)]!, i) & 0xf;
  // `Uint8Array.from` would hold every number in a list first.
  const packed = new Uint8Array(count / 2);
  for (let i = 0; i < packed.length; i += 1) packed[i] = nibble(2 * i) | (nibble(2 * i + 1) << 4);
  return { packed, scale, blockElements };
}

function blockOf(count: number): number | null {
  if (count === 0 || count % 2 !== 0) return null;
  for (let size = maxBlockElements; size >= minBlockElements; size -= 1) if (count % size === 0) return size;
  return null;
}

/** Row-major with the output channels before what is summed over. */
function inChannelOrder(data: Float32Array, weight: MatrixWeight): Float32Array {
  const { shape, axis } = weight;
  if (axis === 0) return data;
  const [summed, channels] = [shape[axis - 1]!, shape[axis]!];
  const inner = elements(shape.slice(axis + 1));
  const ordered = new Float32Array(data.length);
  const matrix = summed * channels * inner;
  for (let start = 0; start < data.length; start += matrix) {
    for (let s = 0; s < summed; s += 1) {
      for (let c = 0; c < channels; c += 1) {
        const from = start + (s * channels + c) * inner;
        ordered.set(data.subarray(from, from + inner), start + (c * summed + s) * inner);
      }
    }
  }
  return ordered;
}

function shapeTensor(shape: readonly number[]): Tensor {
  return { datatype: 'INT64', shape: [shape.length], data: BigInt64Array.from(shape, BigInt) };
}

/** Stores what makes the weight, and answers the value that holds it, block by block. */
type Unfold = (rewriter: WeightRewriter, names: Names, blocks: Blocks, shape: TensorProto) => string;

/** With a scale a row: the rows are the blocks. */
const dequantize: Unfold = (rewriter, { name, stored, scale }, blocks, shape) => {
  const proto = create(TensorProtoSchema, {
    name: stored,
    dims: [BigInt(blocks.scale.data.length), BigInt(blocks.blockElements)],
    dataType: DataType.INT4,
    rawData: blocks.packed,
  });
  rewriter.replace(name, [proto, tensorProto(scale, blocks.scale), shape]);
  const axis = { axis: { int: 0 } };
  return rewriter.node(name, 'DequantizeLinear', [stored, scale], rewriter.fresh(`${name}.flat`), axis);
};

/**
 * The steps of both halves of each byte, times their scales: with operators that are there from opset 7 on.
 * high = ⌊b / 16⌋, low = b − 16 · high; a half h stands for h − 16 · ⌊h / 8⌋ (two's complement).
 */
function takeApart(rewriter: WeightRewriter): Unfold {
  const shared = new Map<string, string>();
  const constant = (name: string, tensor: Tensor) => {
    let known = shared.get(name);
    if (known === undefined) {
      known = rewriter.fresh(name);
      rewriter.replace(known, [tensorProto(known, tensor)]);
      shared.set(name, known);
    }
    return known;
  };
  return (_rewriter, { name, stored, scale }, { packed, scale: scales, blockElements }, shape) => {
    const bytes: Tensor = { datatype: 'UINT8', shape: [packed.length, 1], data: packed };
    const columns = { ...scales, shape: [scales.data.length, 1] };
    rewriter.replace(name, [tensorProto(stored, bytes), tensorProto(scale, columns), shape]);
    const run = (opType: string, suffix: string, inputs: string[], attributes = {}) =>
      rewriter.node(name, opType, inputs, rewriter.fresh(`${name}.${suffix}`), attributes);
    const sixteen = constant('int4.16', float32([], [16]));
    const floorOf = (value: string, divisor: string, suffix: string) =>
      run('Floor', `${suffix}.floor`, [run('Div', `${suffix}.share`, [value, divisor])]);
    const without = (value: string, floor: string, suffix: string) =>
      run('Sub', suffix, [value, run('Mul', `${suffix}.whole`, [floor, sixteen])]);
    const whole = run('Cast', 'bytes', [stored], { to: { int: dataTypeOf('FP32') } });
    const high = floorOf(whole, sixteen, 'high');
    const low = without(whole, high, 'low');
    const halves = run('Concat', 'halves', [low, high], { axis: { int: 1 } });
    const negative = floorOf(halves, constant('int4.8', float32([], [8])), 'sign');
    const steps = without(halves, negative, 'steps');
    const inBlocks = constant(`int4.blocks-${blockElements}`, shapeTensor([-1, blockElements]));
    return run('Mul', 'flat', [run('Reshape', 'in-blocks', [steps, inBlocks]), scale]);
  };
}

function restoreShape(
  rewriter: WeightRewriter,
  { name, shape }: Names,
  weight: MatrixWeight,
  flat: string,
): void {
  const { perm } = channelFirst(weight);
  if (!perm) {
    rewriter.node(name, 'Reshape', [flat, shape], name);
    return;
  }
  const turned = rewriter.node(name, 'Reshape', [flat, shape], rewriter.fresh(`${name}.turned`));
  rewriter.node(name, 'Transpose', [turned], name, { perm: { ints: perm } });
}
