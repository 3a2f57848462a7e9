// The one table of derivatives: operator → rule.
//
// A rule is given the node, the gradient of the loss with respect to each of its outputs (null: that output does not
// matter), and the tape. It answers with the gradient with respect to each of its inputs, each of its input's shape; null, or
// a shorter list, is none. It may emit more than is asked for: what nobody reads is taken away again. It uses operators that
// ONNX Runtime has for WASM and WebGPU alike (docs/operators.md says which), and so not Sign, Sum or LogSoftmax.
import { activation } from './rules/activation.ts';
import { arithmetic } from './rules/arithmetic.ts';
import { convolution } from './rules/convolution.ts';
import { gather } from './rules/gather.ts';
import { sampling } from './rules/grid-sample.ts';
import { localResponse } from './rules/local-response.ts';
import { lpPooling } from './rules/lp-pooling.ts';
import { matmul } from './rules/matmul.ts';
import { misc } from './rules/misc.ts';
import { normalization } from './rules/normalization.ts';
import { pooling } from './rules/pooling.ts';
import { rearrange } from './rules/rearrange.ts';
import { recurrent } from './rules/recurrent.ts';
import { reduce } from './rules/reduce.ts';
import { scatter } from './rules/scatter.ts';
import { shape } from './rules/shape.ts';
import type { GradientRule, Spelling } from './rule.ts';

export const rules: Readonly<Record<string, GradientRule>> = {
  ...arithmetic,
  ...matmul,
  ...convolution,
  ...pooling,
  ...lpPooling,
  ...normalization,
  ...localResponse,
  ...activation,
  ...reduce,
  ...shape,
  ...rearrange,
  ...gather,
  ...scatter,
  ...misc,
};

/** Operators that are spelled out in others first, where a gradient passes through them. */
export const spellings: Readonly<Record<string, Spelling>> = { ...recurrent, ...sampling };

/** Constant all around almost every point: their gradient is zero, and nothing flows through them. */
export const constantOperators: ReadonlySet<string> = new Set([
  'And',
  'ArgMax',
  'ArgMin',
  'Ceil',
  'Constant',
  'ConstantOfShape',
  'Equal',
  'EyeLike',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'Hardmax',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'NonZero',
  'Not',
  'Or',
  'Range',
  'Round',
  'Shape',
  'Sign',
  'Size',
  'Xor',
]);

/** Their integers carry a gradient all the same. */
export const straightThrough: ReadonlySet<string> = new Set(['QuantizeLinear']);

/** Whether a gradient passes through the operator, or is known to be zero. A fused one may be decomposed into such first. */
export function hasGradient(operator: string): boolean {
  return operator in rules || operator in spellings || constantOperators.has(operator);
}
