// Gradients of pooling by p-norms: y = (Σ |x|ᵖ)^(1/p) over a window: dx = sign x · |x|ᵖ⁻¹ · Σ dy · y¹⁻ᵖ over the windows that x is
// in. At the origin, where there is none, it is 0.
import { readInt, readInts } from '../../../onnx/attributes.ts';
import { elements } from '../../../tensor.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { transposedAttributes, windowsOf } from '../windows.ts';

/** dy · y¹⁻ᵖ */
function share(t: Tape, dy: string, y: string, p: number): string {
  if (p === 1) return dy;
  const safe = t.where(t.greater(y, 0), y, 1);
  return p === 2 ? t.div(dy, safe) : t.mul(dy, t.op('Pow', [safe, t.scalar(1 - p, t.datatype(y))]));
}

/** sign x · |x|ᵖ⁻¹ */
function slope(t: Tape, x: string, p: number): string {
  if (p === 2) return x;
  const size = t.op('Abs', [x]);
  const power =
    p === 1 ? t.where(t.greater(size, 0), 1, size) : t.op('Pow', [size, t.scalar(p - 1, t.datatype(x))]);
  return t.where(t.less(x, 0), t.neg(power), power);
}

const lpPool: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const [y] = node.outputs as [string];
  const p = readInt(node, 'p', 2);
  const shape = t.shape(x);
  const [input, output] = [shape.slice(2), t.shape(y).slice(2)];
  const windows = windowsOf(node, readInts(node, 'kernel_shape', []), input, output);
  const folded = t.reshape(share(t, grad[0]!, y, p), [elements(shape.slice(0, 2)), 1, ...output]);
  const ones = t.filled(1, [1, 1, ...windows.kernel], t.datatype(x));
  const sums = t.op('ConvTranspose', [folded, ones], transposedAttributes(windows, input, output));
  return [t.mul(slope(t, x, p), t.reshape(sums, shape))];
};

const globalLpPool: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const p = readInt(node, 'p', 2);
  return [t.mul(slope(t, x, p), share(t, grad[0]!, node.outputs[0]!, p))];
};

export const lpPooling: Readonly<Record<string, GradientRule>> = {
  GlobalLpPool: globalLpPool,
  LpPool: lpPool,
};
