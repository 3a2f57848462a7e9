// Weight-only int8: weights travel in a quarter of the bytes and are unfolded to fp32 again when a session is made.
// Activations stay fp32, so any provider that ran the model before still does.
import type { Bytes } from '../artifact/digest.ts';
import { defaultOpset } from '../onnx/check.ts';
import { dataTypeOf } from '../onnx/data-type.ts';
import { readModel } from '../onnx/read.ts';
import { tensorOf, tensorProto } from '../onnx/tensor-proto.ts';
import { writeModel } from '../onnx/write.ts';
import { elements, type Tensor } from '../tensor.ts';
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

export interface QuantizeWeightsOptions {
  /** One scale for each output channel, or one for the whole weight. */
  readonly perChannel: boolean;
  /** Left out, they follow from the weights. */
  readonly scales?: ChooseScales;
  /** Left out, each value becomes the nearest step. */
  readonly rounding?: ChooseRounding;
}

/** From here on DequantizeLinear takes an axis; before, a Cast and a Mul do the same (ONNX, DequantizeLinear-13). */
const dequantizeAxisOpset = 13;

/**
 * Symmetric, without zero points: w ≈ q · scale, scale = max |w| / 127. Weights of MatMul, Gemm, Conv and ConvTranspose
 * with two dimensions or more; others, and weights with values that are no finite numbers, stay as they are. Of a weight
 * with a low-rank change the weight itself is quantized, to the bytes that it had without the change, and the change stays.
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export function quantizeWeights(
  file: Bytes,
  { perChannel, scales = ownScales, rounding = nearestStep }: QuantizeWeightsOptions,
): Bytes {
  const model = readModel(file);
  const hasAxis = defaultOpset(model) >= dequantizeAxisOpset;
  const rewriter = new WeightRewriter(model);
  for (const [name, weight] of matrixWeights(model)) {
    const axis = perChannel ? weight.axis : null;
    const quantized = quantize(name, weight, axis, { scales, rounding });
    if (!quantized) continue;
    const stored = rewriter.fresh(stepsName(name, 'int8'));
    const scale = rewriter.fresh(scaleName(name));
    rewriter.replace(name, [
      tensorProto(stored, quantized.values),
      tensorProto(
        scale,
        hasAxis ? quantized.scale : broadcastable(quantized.scale, weight.axis, weight.shape),
      ),
    ]);
    unfold(rewriter, { name, stored, scale, axis, hasAxis });
  }
  rewriter.finish();
  return writeModel(model);
}

/** Null where a value is not finite. `axis` null: one scale. */
function quantize(
  name: string,
  { proto }: MatrixWeight,
  axis: number | null,
  { scales, rounding }: Required<Pick<QuantizeWeightsOptions, 'scales' | 'rounding'>>,
): { values: Tensor; scale: Tensor } | null {
  const { shape, data } = tensorOf(proto, name);
  const weights = data as Float32Array<ArrayBuffer>;
  const channels = axis === null ? 1 : shape[axis]!;
  /** Elements from one step along the axis to the next. */
  const stride = axis === null ? weights.length : elements(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / stride) % channels;
  const largest = new Float32Array(channels);
  weights.forEach((weight, i) => {
    const channel = channelOf(i);
    // Math.max hands a NaN on.
    largest[channel] = Math.max(largest[channel]!, Math.abs(weight));
  });
  if (!largest.every(Number.isFinite)) return null;
  const scale = scales(name, largest, largestSteps.int8);
  if (!scale) return null;
  const stepOf = rounding(name, largestSteps.int8);
  const scaleOf = scale.data as Float32Array;
  // `Int8Array.from` would hold every number in a list first.
  const values = new Int8Array(weights.length);
  weights.forEach((weight, i) => (values[i] = stepOf(weight / scaleOf[channelOf(i)]!, i)));
  return {
    values: { datatype: 'INT8', shape, data: values },
    scale: { ...scale, shape: axis === null ? [] : [channels] },
  };
}

/** The scales shaped so that Mul broadcasts them along `axis`. */
function broadcastable(scale: Tensor, axis: number, shape: readonly number[]): Tensor {
  if (scale.shape.length === 0) return scale;
  return { ...scale, shape: shape.map((size, i) => (i === axis ? size : 1)) };
}

interface Unfolding {
  readonly name: string;
  readonly stored: string;
  readonly scale: string;
  readonly axis: number | null;
  readonly hasAxis: boolean;
}

/** The nodes that make `name` again from what is stored. */
function unfold(rewriter: WeightRewriter, { name, stored, scale, axis, hasAxis }: Unfolding): void {
  if (hasAxis) {
    const attributes = axis === null ? {} : { axis: { int: axis } };
    rewriter.node(name, 'DequantizeLinear', [stored, scale], name, attributes);
    return;
  }
  const cast = rewriter.fresh(`${name}.cast`);
  rewriter.node(name, 'Cast', [stored], cast, { to: { int: dataTypeOf('FP32') } });
  rewriter.node(name, 'Mul', [cast, scale], name);
}
