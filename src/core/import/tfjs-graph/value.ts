// What a node of the graph makes, as the ONNX graph that is being written knows it: one value in up to two layouts.
import type { Tensor } from '../../tensor.ts';

/** TensorFlow.js computes with these three only (tfjs-core 4.22, src/types.ts); UINT8 is an input as it comes. */
export type ValueDatatype = 'FP32' | 'INT32' | 'BOOL';

/** Where each axis of [n, h, w, c] lies in [n, c, h, w], and back. */
export const toChannelsFirst = [0, 3, 1, 2] as const;
export const toChannelsLast = [0, 2, 3, 1] as const;

/** Beyond what the value itself is: what an operator after it may use in its place. */
export type Origin =
  /** `source`, zeros around its places: a convolution pads by itself. */
  | { readonly kind: 'padded'; readonly source: Value; readonly pads: Pads }
  /** `source`, cut into every `block`-th place (SpaceToBatchND): a convolution without padding is then a dilated one. */
  | { readonly kind: 'spaced'; readonly source: Value; readonly block: Pair; readonly pads: Pads }
  /** The same computed at once on what was cut: what BatchToSpaceND is to bring together, before its crops. */
  | { readonly kind: 'dilated'; readonly whole: Value; readonly block: Pair };

export type Pair = readonly [number, number];
/** [top, left, bottom, right] */
export type Pads = readonly [number, number, number, number];

export class Value {
  readonly datatype: ValueDatatype;
  /** As TensorFlow has it; −1 is a free dimension. */
  readonly shape: readonly number[];
  /** All of it, where it does not depend on what the model is fed. */
  readonly tensor: Tensor | null;
  /** Of small whole numbers (sizes, mostly), those that are known. */
  readonly known: readonly (number | null)[] | null;
  readonly origin: Origin | null;
  /** Stem of the names it is written under. */
  readonly name: string;
  /** Its name in the axes' own order; null until somebody asks. Written by `Writer` only. */
  plain: string | null;
  /** Of four axes: its name with the last axis second. */
  first: string | null;

  constructor(given: {
    readonly name: string;
    readonly datatype: ValueDatatype;
    readonly shape: readonly number[];
    readonly tensor?: Tensor | null;
    readonly known?: readonly (number | null)[] | null;
    readonly origin?: Origin | null;
    readonly plain?: string | null;
    readonly first?: string | null;
  }) {
    this.name = given.name;
    this.datatype = given.datatype;
    this.shape = given.shape;
    this.tensor = given.tensor ?? null;
    this.known = given.known ?? null;
    this.origin = given.origin ?? null;
    this.plain = given.plain ?? null;
    this.first = given.first ?? null;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Whether only the layout with channels first is at hand: who can, goes on in it. */
  get isFirst(): boolean {
    return this.rank === 4 && this.tensor === null && this.plain === null && this.first !== null;
  }
}

/** A TensorList: what a loop gathers. */
export class List {
  readonly items: readonly (Value | null)[];

  constructor(items: readonly (Value | null)[]) {
    this.items = items;
  }
}

export type Item = Value | List;

export function permuted<T>(list: readonly T[], permutation: readonly number[]): T[] {
  return permutation.map(axis => list[axis]!);
}

/** Elements of a shape whose dimensions are all known; null where one is free. */
export function countOf(shape: readonly number[]): number | null {
  return shape.some(size => size < 0) ? null : shape.reduce((product, size) => product * size, 1);
}
