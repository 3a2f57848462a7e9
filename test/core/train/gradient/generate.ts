// Inputs for gradients to be checked on: shapes that broadcast, and numbers apart from each other and from kinks.
import fc from 'fast-check';
import { elements, type Tensor } from '../../../../src/core/tensor.ts';
import type { Input } from './loss-graph.ts';

export interface Spread {
  readonly from?: number;
  readonly to?: number;
  /** Numbers stay 0.02 away from these, and from each other as far as there is room. */
  readonly kinks?: readonly number[];
}

/** Evenly spread over the range, in an order that the seed gives: no two are the same. */
export function numbersIn(
  shape: readonly number[],
  seed: number,
  { from = -2, to = 2, kinks = [] }: Spread = {},
): Input {
  const count = elements(shape);
  const order = shuffled(count, seed);
  const values = order.map(place => {
    const value = from + ((place + 0.5) * (to - from)) / Math.max(count, 1);
    const kink = kinks.find(at => Math.abs(value - at) < 0.02);
    return kink === undefined ? value : kink + (value < kink ? -0.02 : 0.02);
  });
  return { shape, values };
}

function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

export const seed = fc.nat(1e6);

export function shapes(minRank: number, maxRank: number, maxSize = 4): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: maxSize }), { minLength: minRank, maxLength: maxRank });
}

/** Two shapes that broadcast to one: axes of 1, or missing in front. */
export const broadcastPair: fc.Arbitrary<[number[], number[]]> = shapes(0, 3).chain(shape =>
  fc.tuple(narrowed(shape), narrowed(shape)),
);

function narrowed(shape: readonly number[]): fc.Arbitrary<number[]> {
  return fc
    .tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.nat(shape.length))
    .map(([keep, from]) => shape.map((size, axis) => (keep[axis] ? size : 1)).slice(from));
}

export function ints(values: readonly number[]): Tensor {
  return { datatype: 'INT64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}
