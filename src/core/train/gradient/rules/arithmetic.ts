// Gradients of element-wise arithmetic with broadcasting. A formula stands above its rule; y is the node's output.
import type { GraphNode } from '../../../onnx/graph.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { elementwise } from './elementwise.ts';

/** Rule of a binary operator: what each operand gets before it is summed over what was broadcast. */
function binary(
  left: (t: Tape, dy: string, a: string, b: string, y: string) => string,
  right: (t: Tape, dy: string, a: string, b: string, y: string) => string,
): GradientRule {
  return ({ inputs, outputs }, grad, t) => {
    const [a, b] = inputs as [string, string];
    return [
      t.unbroadcast(left(t, grad[0]!, a, b, outputs[0]!), t.shape(a)),
      t.unbroadcast(right(t, grad[0]!, a, b, outputs[0]!), t.shape(b)),
    ];
  };
}

// d aᵇ = b · aᵇ⁻¹ da + aᵇ · ln a db. Where a ≤ 0, ∂b is no number: 0 there, as TensorFlow and JAX have it at 0.
const power: GradientRule = ({ inputs, outputs }, grad, t) => {
  const dy = grad[0]!;
  const [a, exponent] = inputs as [string, string];
  const [y] = outputs as [string];
  const b = t.cast(exponent, t.datatype(a));
  const db = () => {
    const positive = t.greater(a, 0);
    const logarithm = t.op('Log', [t.where(positive, a, 1)]);
    const db = t.unbroadcast(t.mul(dy, t.mul(y, logarithm)), t.shape(exponent));
    return t.cast(db, t.datatype(exponent));
  };
  return [
    t.unbroadcast(t.mul(dy, slope(t, a, b)), t.shape(a)),
    t.datatype(exponent) === t.datatype(a) ? db() : null,
  ];
};

function slope(t: Tape, a: string, b: string): string {
  const known = t.type(b).value ? t.known(b) : null;
  if (known?.length === 1 && t.shape(b).length === 0) {
    if (known[0] === 2) return t.mul(a, 2);
    if (known[0] === 1) return t.filled(1, t.shape(a), t.datatype(a));
    if (known[0] === 3) return t.mul(t.square(a), 3);
  }
  return t.mul(b, t.op('Pow', [a, t.sub(b, 1)]));
}

// d Σ xᵢ = Σ dxᵢ
const sum: GradientRule = ({ inputs }, grad, t) => inputs.map(x => t.unbroadcast(grad[0]!, t.shape(x)));

// d (1/n) Σ xᵢ = (1/n) Σ dxᵢ
const mean: GradientRule = ({ inputs }, grad, t) => {
  const dy = t.div(grad[0]!, inputs.length);
  return inputs.map(x => t.unbroadcast(dy, t.shape(x)));
};

// d max(x₁ … xₙ) = dxᵢ where xᵢ = y. Equal ones share: between two that is what central differences give.
const extreme: GradientRule = ({ inputs, outputs }, grad, t) => {
  const [y] = outputs as [string];
  const masks = inputs.map(x => t.cast(t.equal(x, y), t.datatype(y)));
  if (masks.length === 1) return [grad[0]!];
  const share = t.div(
    grad[0]!,
    masks.reduce((a, b) => t.add(a, b)),
  );
  return inputs.map((x, i) => t.unbroadcast(t.mul(share, masks[i]!), t.shape(x)));
};

// d (a mod b) = da − ⌊a / b⌋ db; with fmod the quotient is rounded towards 0
const modulo: GradientRule = ({ inputs }, grad, t) => {
  const [a, b] = inputs as [string, string];
  const quotient = t.div(a, b);
  const fraction = t.op('Floor', [t.op('Abs', [quotient])]);
  const whole = t.where(t.less(quotient, 0), t.neg(fraction), fraction);
  return [t.unbroadcast(grad[0]!, t.shape(a)), t.unbroadcast(t.neg(t.mul(grad[0]!, whole)), t.shape(b))];
};

// d Σ over an axis up to here = Σ over the axis from here
const cumulative: GradientRule = (node: GraphNode, grad, t) => {
  const reverse = node.attributes['reverse'];
  const isReverse = reverse !== undefined && 'int' in reverse && reverse.int === 1;
  const attributes = { ...node.attributes, reverse: { int: isReverse ? 0 : 1 } };
  return [t.op('CumSum', [grad[0]!, node.inputs[1]!], attributes), null];
};

export const arithmetic: Readonly<Record<string, GradientRule>> = {
  // d (a + b) = da + db
  Add: binary(
    (_, dy) => dy,
    (_, dy) => dy,
  ),
  // d (a − b) = da − db
  Sub: binary(
    (_, dy) => dy,
    (t, dy) => t.neg(dy),
  ),
  // d (a · b) = b da + a db
  Mul: binary(
    (t, dy, _a, b) => t.mul(dy, b),
    (t, dy, a) => t.mul(dy, a),
  ),
  // d (a / b) = da / b − (y / b) db
  Div: binary(
    (t, dy, _a, b) => t.div(dy, b),
    (t, dy, _a, b, y) => t.neg(t.mul(dy, t.div(y, b))),
  ),
  Pow: power,
  Sum: sum,
  Mean: mean,
  Max: extreme,
  Min: extreme,
  Mod: modulo,
  CumSum: cumulative,
  // d −x = −dx
  Neg: elementwise((t, dy) => t.neg(dy)),
  // d |x| = sign x dx; 0 at 0
  Abs: elementwise((t, dy, x) => t.where(t.greater(x, 0), dy, t.where(t.less(x, 0), t.neg(dy), 0))),
  // d 1/x = −y² dx
  Reciprocal: elementwise((t, dy, _x, y) => t.neg(t.mul(dy, t.square(y)))),
  // d √x = dx / 2y
  Sqrt: elementwise((t, dy, _x, y) => t.div(dy, t.mul(y, 2))),
  // d eˣ = y dx
  Exp: elementwise((t, dy, _x, y) => t.mul(dy, y)),
  // d ln x = dx / x
  Log: elementwise((t, dy, x) => t.div(dy, x)),
  // d sin x = cos x dx
  Sin: elementwise((t, dy, x) => t.mul(dy, t.op('Cos', [x]))),
  // d cos x = −sin x dx
  Cos: elementwise((t, dy, x) => t.neg(t.mul(dy, t.op('Sin', [x])))),
  // d tan x = (1 + y²) dx
  Tan: elementwise((t, dy, _x, y) => t.mul(dy, t.add(t.square(y), 1))),
  // d asin x = dx / √(1 − x²)
  Asin: elementwise((t, dy, x) => t.div(dy, t.op('Sqrt', [t.sub(1, t.square(x))]))),
  // d acos x = −dx / √(1 − x²)
  Acos: elementwise((t, dy, x) => t.neg(t.div(dy, t.op('Sqrt', [t.sub(1, t.square(x))])))),
  // d atan x = dx / (1 + x²)
  Atan: elementwise((t, dy, x) => t.div(dy, t.add(t.square(x), 1))),
  // d sinh x = cosh x dx
  Sinh: elementwise((t, dy, x) => t.mul(dy, t.op('Cosh', [x]))),
  // d cosh x = sinh x dx
  Cosh: elementwise((t, dy, x) => t.mul(dy, t.op('Sinh', [x]))),
  // d arsinh x = dx / √(x² + 1)
  Asinh: elementwise((t, dy, x) => t.div(dy, t.op('Sqrt', [t.add(t.square(x), 1)]))),
  // d arcosh x = dx / √(x² − 1)
  Acosh: elementwise((t, dy, x) => t.div(dy, t.op('Sqrt', [t.sub(t.square(x), 1)]))),
  // d artanh x = dx / (1 − x²)
  Atanh: elementwise((t, dy, x) => t.div(dy, t.sub(1, t.square(x)))),
  // d erf x = (2/√π) e^(−x²) dx
  Erf: elementwise((t, dy, x) => t.mul(dy, t.mul(t.op('Exp', [t.neg(t.square(x))]), 2 / Math.sqrt(Math.PI)))),
};
