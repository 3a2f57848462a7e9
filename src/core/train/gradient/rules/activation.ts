// Gradients of activations. A formula stands above its rule; y is the node's output. At a kink the side of y = 0 is taken.
import { readFloat, readInt, readString } from '../../../onnx/attributes.ts';
import { axesOf, axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { elementwise } from './elementwise.ts';

// y = eˣ / Σ eˣ: dx = y (dy − Σ dy · y)
const softmax: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [y] = node.outputs as [string];
  const axis = axisOf(readInt(node, 'axis', -1), t.shape(y).length);
  return [t.mul(y, t.sub(dy, t.sum(t.mul(dy, y), [axis])))];
};

// y = x − ln Σ eˣ: dx = dy − e^y Σ dy
const logSoftmax: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [y] = node.outputs as [string];
  const axis = axisOf(readInt(node, 'axis', -1), t.shape(y).length);
  return [t.sub(dy, t.mul(t.op('Exp', [y]), t.sum(dy, [axis])))];
};

// y = x where x > 0, else s · x: dx = dy or s · dy, ds = Σ x · dy where x ≤ 0
const pRelu: GradientRule = ({ inputs }, grad, t) => {
  const dy = grad[0]!;
  const [x, s] = inputs as [string, string];
  const positive = t.greater(x, 0);
  return [t.where(positive, dy, t.mul(dy, s)), t.unbroadcast(t.where(positive, 0, t.mul(dy, x)), t.shape(s))];
};

// y = max(min(x, high), low): dx = dy between; the bounds get the rest
const clip: GradientRule = ({ inputs }, grad, t) => {
  const dy = grad[0]!;
  const [x, low = '', high = ''] = inputs as [string, string?, string?];
  const below = low === '' ? null : t.less(x, low);
  const above = high === '' ? null : t.greater(x, high);
  let dx = dy;
  if (below !== null) dx = t.where(below, 0, dx);
  if (above !== null) dx = t.where(above, 0, dx);
  const part = (mask: string | null) =>
    mask === null ? null : t.reshape(t.sum(t.where(mask, dy, 0), axesOf(t.shape(dy)), 'drop'), []);
  return [dx, part(below), part(above)];
};

// φ(x) = e^(−x²/2) / √2π, Φ its integral
function gelu(t: Tape, dy: string, x: string, approximate: string): string {
  return t.mul(dy, approximate === 'tanh' ? geluTanhSlope(t, x) : geluSlope(t, x));
}

// y = x Φ(x): y′ = Φ(x) + x φ(x)
function geluSlope(t: Tape, x: string): string {
  const cumulative = t.mul(t.add(t.op('Erf', [t.mul(x, Math.SQRT1_2)]), 1), 0.5);
  const density = t.mul(t.op('Exp', [t.mul(t.square(x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return t.add(cumulative, t.mul(x, density));
}

// y = x/2 (1 + tanh u), u = √(2/π) (x + 0.044715 x³): y′ = (1 + tanh u)/2 + x/2 (1 − tanh² u) u′
function geluTanhSlope(t: Tape, x: string): string {
  const scale = Math.sqrt(2 / Math.PI);
  const square = t.square(x);
  const u = t.mul(x, t.add(t.mul(square, scale * 0.044715), scale));
  const du = t.add(t.mul(square, scale * 3 * 0.044715), scale);
  const tanh = t.op('Tanh', [u]);
  const second = t.mul(t.mul(x, t.sub(1, t.square(tanh))), du);
  return t.mul(t.add(t.add(tanh, 1), second), 0.5);
}

// y = x tanh(softplus x): y′ = w + x σ(x) (1 − w²) with w = y / x = tanh(softplus x) (Misra, arXiv 1908.08681, §2)
function mish(t: Tape, dy: string, x: string): string {
  const e = t.op('Exp', [t.where(t.greater(x, 20), 20, x)]);
  const n = t.mul(e, t.add(e, 2));
  const w = t.div(n, t.add(n, 2));
  return t.mul(dy, t.add(w, t.mul(t.mul(x, t.op('Sigmoid', [x])), t.sub(1, t.square(w)))));
}

// y = 0 up to −λ, x + bias below, x − bias above: dx = dy outside of [−λ, λ]
const shrink: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const lambda = readFloat(node, 'lambd', 0.5);
  return [t.where(t.greater(t.op('Abs', [x]), lambda), grad[0]!, 0)];
};

// y = x / ‖x‖ₚ along the axis. p = 2: dx = (dy − y Σ y · dy) / ‖x‖; p = 1: dx = (dy − sign x Σ y · dy) / ‖x‖₁
const lpNormalization: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const [y] = node.outputs as [string];
  const axis = axisOf(readInt(node, 'axis', -1), t.shape(x).length);
  const dot = t.sum(t.mul(y, grad[0]!), [axis]);
  const isOne = readInt(node, 'p', 2) === 1;
  const norm = isOne ? t.sum(t.op('Abs', [x]), [axis]) : t.op('Sqrt', [t.sum(t.square(x), [axis])]);
  const direction = isOne ? t.where(t.greater(x, 0), 1, t.where(t.less(x, 0), -1, t.mul(x, 0))) : y;
  return [t.div(t.sub(grad[0]!, t.mul(direction, dot)), norm)];
};

export const activation: Readonly<Record<string, GradientRule>> = {
  // y = max(x, 0): dx = dy where y > 0
  Relu: elementwise((t, dy, _x, y) => t.where(t.greater(y, 0), dy, 0)),
  // y = x, or α x where x < 0
  LeakyRelu: elementwise((t, dy, x, _y, node) =>
    t.where(t.less(x, 0), t.mul(dy, readFloat(node, 'alpha', 0.01)), dy),
  ),
  // y = x where x > α, else 0
  ThresholdedRelu: elementwise((t, dy, x, _y, node) =>
    t.where(t.greater(x, readFloat(node, 'alpha', 1)), dy, 0),
  ),
  PRelu: pRelu,
  // y = x, or α (eˣ − 1) where x < 0: y′ = y + α there
  Elu: elementwise((t, dy, x, y, node) =>
    t.where(t.less(x, 0), t.mul(dy, t.add(y, readFloat(node, 'alpha', 1))), dy),
  ),
  // y = x, or α (e^(x/α) − 1) where x < 0: y′ = y / α + 1 there
  Celu: elementwise((t, dy, x, y, node) =>
    t.where(t.less(x, 0), t.mul(dy, t.add(t.div(y, readFloat(node, 'alpha', 1)), 1)), dy),
  ),
  // y = γ x, or γ α (eˣ − 1) where x ≤ 0: y′ = y + γ α there
  Selu: elementwise((t, dy, x, y, node) => {
    const alpha = readFloat(node, 'alpha', 1.6732631921768188);
    const gamma = readFloat(node, 'gamma', 1.0507010221481323);
    return t.mul(dy, t.where(t.greater(x, 0), gamma, t.add(y, gamma * alpha)));
  }),
  Gelu: elementwise((t, dy, x, _y, node) => gelu(t, dy, x, readString(node, 'approximate', 'none'))),
  // y = σ(x): y′ = y (1 − y)
  Sigmoid: elementwise((t, dy, _x, y) => t.mul(dy, t.mul(y, t.sub(1, y)))),
  // y = max(0, min(1, α x + β)): y′ = α where 0 < y < 1
  HardSigmoid: elementwise((t, dy, _x, y, node) => {
    const inside = t.where(t.greater(y, 0), t.mul(dy, readFloat(node, 'alpha', 0.2)), 0);
    return t.where(t.less(y, 1), inside, 0);
  }),
  // y = x · max(0, min(1, x/6 + 1/2)): y′ = 0, x/3 + 1/2, 1 below −3, between, above 3
  HardSwish: elementwise((t, dy, x) => {
    const between = t.mul(dy, t.add(t.mul(x, 1 / 3), 0.5));
    return t.where(t.less(x, -3), 0, t.where(t.greater(x, 3), dy, between));
  }),
  // y = tanh x: y′ = 1 − y²
  Tanh: elementwise((t, dy, _x, y) => t.mul(dy, t.sub(1, t.square(y)))),
  // y = ln(1 + eˣ): y′ = σ(x)
  Softplus: elementwise((t, dy, x) => t.mul(dy, t.op('Sigmoid', [x]))),
  // y = x / (1 + |x|): y′ = 1 / (1 + |x|)²
  Softsign: elementwise((t, dy, x) => t.div(dy, t.square(t.add(t.op('Abs', [x]), 1)))),
  Mish: elementwise((t, dy, x) => mish(t, dy, x)),
  Shrink: shrink,
  Clip: clip,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LpNormalization: lpNormalization,
};
