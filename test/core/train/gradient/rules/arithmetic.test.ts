import fc from 'fast-check';
import { describe, it } from 'vitest';
import { checkGradient, holds } from '../finite-differences.ts';
import type { Case } from '../loss-graph.ts';
import { broadcastPair, ints, numbersIn, seed, shapes, type Spread } from '../generate.ts';

const binary = (op: string, left: Spread = {}, right: Spread = {}): fc.Arbitrary<Case> =>
  fc.record({ pair: broadcastPair, seed }).map(({ pair: [a, b], seed }) => ({
    op,
    inputs: [numbersIn(a, seed, left), numbersIn(b, seed + 1, right)],
  }));

const unary: readonly [string, Spread, Partial<Case>?][] = [
  ['Neg', {}],
  ['Abs', { kinks: [0] }],
  ['Reciprocal', { from: 0.5, to: 3 }],
  ['Sqrt', { from: 0.3, to: 3 }],
  ['Exp', {}],
  ['Log', { from: 0.3, to: 3 }],
  ['Sin', {}],
  ['Cos', {}],
  ['Tan', { from: -1, to: 1 }, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Asin', { from: -0.8, to: 0.8 }, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Acos', { from: -0.8, to: 0.8 }, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Atan', {}, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Sinh', {}, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Cosh', {}, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Asinh', {}, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Acosh', { from: 1.3, to: 3 }, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Atanh', { from: -0.8, to: 0.8 }, { datatype: 'FP32', tolerance: 1e-2 }],
  ['Erf', {}, { datatype: 'FP32', tolerance: 1e-2 }],
];

describe('arithmetic: gradients are the central differences of', () => {
  for (const [op, spread, options] of unary) {
    it(op, () =>
      holds(
        fc
          .record({ shape: shapes(0, 3), seed })
          .map(({ shape, seed }) => ({ op, inputs: [numbersIn(shape, seed, spread)], ...options })),
        3,
      ),
    );
  }

  it('Add, broadcast', () => holds(binary('Add')));
  it('Sub, broadcast', () => holds(binary('Sub')));
  it('Mul, broadcast', () => holds(binary('Mul')));
  it('Div, broadcast', () => holds(binary('Div', {}, { from: 0.5, to: 3 })));
  it('Pow, broadcast', () => holds(binary('Pow', { from: 0.3, to: 2 }, { from: -2, to: 3 })));
  it('Max, broadcast', () => holds(binary('Max', {}, { from: -1.93, to: 2.05 })));
  it('Min, broadcast', () => holds(binary('Min', {}, { from: -1.93, to: 2.05 })));
  it('Mod with fmod', () =>
    holds(
      fc.record({ shape: shapes(0, 2), seed }).map(({ shape, seed }) => ({
        op: 'Mod',
        inputs: [numbersIn(shape, seed, { from: -3.1, to: 3.3 }), numbersIn([], 1, { from: 1.2, to: 1.9 })],
        attributes: { fmod: { int: 1 } },
      })),
    ));

  it.each([1, 2, 3, -1])('Pow of a negative base with the known exponent %d', exponent =>
    checkGradient({
      op: 'Pow',
      inputs: [numbersIn([3, 2], 5, { kinks: [0] })],
      constants: { 1: { datatype: 'FP64', shape: [], data: Float64Array.of(exponent) } },
    }),
  );

  it.each(['Sum', 'Mean', 'Max', 'Min'])('%s of three, broadcast', op =>
    checkGradient({
      op,
      // There is no other Mean.
      ...(op === 'Mean' ? { datatype: 'FP32' } : {}),
      inputs: [numbersIn([2, 3], 1), numbersIn([3], 2, { from: -1.9, to: 2.1 }), numbersIn([2, 1], 3)],
    }),
  );

  it('CumSum, exclusive and reverse too', () =>
    holds(
      fc
        .record({ shape: shapes(2, 3), seed, axis: fc.constantFrom(0, 1, -1), e: fc.nat(1), r: fc.nat(1) })
        .map(({ shape, seed, axis, e, r }) => ({
          op: 'CumSum',
          inputs: [numbersIn(shape, seed)],
          constants: { 1: ints([axis]) },
          attributes: { exclusive: { int: e }, reverse: { int: r } },
        })),
    ));
});
