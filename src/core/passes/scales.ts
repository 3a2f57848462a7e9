// How the scales of quantized weights are chosen: from the weights, or kept from an earlier version's variant, so that what
// did not move much keeps its bytes and an update is small.
import type { Bytes } from '../artifact/digest.ts';
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

/** max |w| / `largestStep`. A channel of zeros has no scale of its own; any will do. */
export const ownScales: ChooseScales = (_weight, largest, largestStep) => {
  const scales = largest.map(value => (value === 0 ? 1 : value / largestStep));
  // A subnormal maximum divides to 0.
  return scales.every(scale => scale > 0) ? float32([scales.length], scales) : null;
};

/** Where the scales of a weight are stored. */
export function scaleName(weight: string): string {
  return `${weight}.scale`;
}

/**
 * How far, as a share of the range, the largest value may lie beyond it: that is cut off. Half a step of int4, two and a
 * half of int8.
 */
export const maxClipped = { int8: 0.02, int4: 0.07 } as const;
/** A range that is used less than this is too coarse. */
const minUsed = 0.5;

/** Keeps each scale of an earlier version's variant that the new weights fit; the others are their own. */
export class PinnedScales {
  readonly #before: ReadonlyMap<string, Tensor>;
  readonly #clipped: number;
  #kept = 0;

  /** @param variant the earlier version's file, quantized to the same bits */
  constructor(variant: Bytes, bits: QuantizedBits) {
    this.#before = readInitializers(variant);
    this.#clipped = maxClipped[bits];
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

  /** What is all zeros fits any range. */
  #fits(largest: number, range: number): boolean {
    if (!(range > 0 && Number.isFinite(range))) return false;
    return largest === 0 || (largest <= range * (1 + this.#clipped) && largest >= range * minUsed);
  }
}

/** The step of a value, within the range. */
export function toStep(value: number, largestStep: number): number {
  return Math.max(-largestStep, Math.min(largestStep, Math.round(value)));
}
