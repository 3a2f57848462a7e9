// Sound that comes in pieces from one sample rate to another: a low-pass below both rates' half (Smith, "Digital Audio Resampling
// Home Page", windowed-sinc interpolation), so that what the lower rate cannot hold does not fold into what it can.

/** Zero crossings of the sinc on each side: with the window below, some 80 dB down beyond the edge. */
const crossings = 24;
/** Of Kaiser's window (Kaiser and Schafer 1980): side lobes below −80 dB. */
const beta = 8;
/** Of the lower rate's half, where the slope begins; it ends a little above. */
const edge = 0.94;

export class Resampler {
  /** By how far between two inputs an output lies: weights of the inputs around it, [2 × reach]. */
  readonly #weights: readonly Float32Array[];
  readonly #reach: number;
  /** Inputs to go on by an output: `step / phases`. */
  readonly #step: number;
  /** Inputs from `reach` before the next output on. */
  #pending: Float32Array;
  /** Of the next output, in `phases`ths of an input, from the first pending input + reach − 1. */
  #at = 0;

  /** @param from samples a second that come; @param to that are wanted, both whole numbers of Hz */
  constructor(from: number, to: number) {
    const common = greatestCommonDivisor(from, to);
    const phases = to / common;
    this.#step = from / common;
    const cutoff = (edge * Math.min(from, to)) / from;
    this.#reach = Math.ceil(crossings / cutoff);
    this.#weights = Array.from({ length: phases }, (_, phase) =>
      weightsAt(phase / phases, this.#reach, cutoff),
    );
    this.#pending = new Float32Array(this.#reach - 1);
  }

  /**
   * @param samples that follow those before
   * @returns what can be told by now; what is still to come is some milliseconds behind
   */
  push(samples: Float32Array): Float32Array<ArrayBuffer> {
    const pending = joined(this.#pending, samples);
    const phases = this.#weights.length;
    const made: number[] = [];
    for (; Math.floor(this.#at / phases) + 2 * this.#reach <= pending.length; this.#at += this.#step) {
      const first = Math.floor(this.#at / phases);
      const weights = this.#weights[this.#at % phases]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * pending[first + i]!;
      made.push(sum);
    }
    const done = Math.min(Math.floor(this.#at / phases), pending.length);
    this.#pending = pending.slice(done);
    this.#at -= done * phases;
    return Float32Array.from(made);
  }
}

/** @param offset of the output behind the input in the middle, 0 to 1 @returns [2 × reach], their sum is 1 */
function weightsAt(offset: number, reach: number, cutoff: number): Float32Array {
  const weights = Array.from({ length: 2 * reach }, (_, i) => {
    const x = i - (reach - 1) - offset;
    return sinc(cutoff * x) * kaiser(x / reach);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, weight => weight / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param x −1 to 1 from end to end */
function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta);
}

/** The modified Bessel function of the first kind, order 0, by its series (Abramowitz and Stegun 9.6.12). */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
