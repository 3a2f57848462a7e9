// Weight-only fp16: weights travel in half of the bytes and are cast to fp32 again when a session is made. The arithmetic
// stays fp32: what overflows or slows down in half precision does not.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { dataTypeOf } from '../onnx/data-type.ts';
import { readModel } from '../onnx/read.ts';
import { tensorOf, tensorProto } from '../onnx/tensor-proto.ts';
import { writeModel } from '../onnx/write.ts';
import { toHalfBits } from '../runtime/half.ts';
import { WeightRewriter, wideWeights } from './weight-sites.ts';

/** binary16's largest number (IEEE 754 §3.6: p = 11, emax = 15). */
const largestHalf = 65_504;

/**
 * Every FP32 weight with two dimensions or more, rounded half to even. Biases and the figures of normalisations stay: they
 * are few, and small variances would become coarse.
 * @throws HaversackError `NotOnnx`; `ModelInvalid` where a weight has a value that fp16 cannot hold, by its name
 */
export function castWeights(file: Bytes): Bytes {
  const model = readModel(file);
  const rewriter = new WeightRewriter(model);
  for (const [name, { proto, shape }] of wideWeights(model)) {
    const weights = tensorOf(proto, name).data as Float32Array;
    // `Uint16Array.from` would hold every number in a list first.
    const halves = new Uint16Array(weights.length);
    weights.forEach((value, i) => (halves[i] = toHalf(value, name)));
    const stored = rewriter.fresh(`${name}.fp16`);
    rewriter.replace(name, [tensorProto(stored, { datatype: 'FP16', shape, data: halves })]);
    rewriter.node(name, 'Cast', [stored], name, { to: { int: dataTypeOf('FP32') } });
  }
  rewriter.finish();
  return writeModel(model);
}

/** Clamped, it would be another model. */
function toHalf(value: number, name: string): number {
  if (Math.abs(value) <= largestHalf) return toHalfBits(value);
  throw new HaversackError('ModelInvalid', `Weight '${name}' holds ${value}; fp16 ends at ${largestHalf}.`);
}
