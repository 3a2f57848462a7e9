// Sound as it comes, in pieces: the last of it at any time, whole seconds of it one after another, and how loud it is.
import { soundLength } from '../../core/teach/sound-windows.ts';

/** dB relative to full scale of what is said of silence. */
export const quietest = -100;

/** The last second of what came; it begins anew behind what is no finite number. */
export class LastSecond {
  /** Round and round. */
  readonly #samples = new Float32Array(soundLength);
  #count = 0;

  push(piece: Float32Array): void {
    for (const sample of piece) {
      if (Number.isFinite(sample)) this.#samples[this.#count++ % soundLength] = sample;
      else this.#count = 0;
    }
  }

  /** [soundLength], oldest first, in memory of its own; null until so much came. */
  read(): Float32Array<ArrayBuffer> | null {
    if (this.#count < soundLength) return null;
    const from = this.#count % soundLength;
    const second = new Float32Array(soundLength);
    second.set(this.#samples.subarray(from));
    second.set(this.#samples.subarray(0, from), soundLength - from);
    return second;
  }
}

/** Cuts into seconds without gap or overlap; a second begins anew behind what is no finite number. */
export class WholeSeconds {
  #second = new Float32Array(soundLength);
  #filled = 0;

  /** @returns those that the piece made whole, each [soundLength] */
  push(piece: Float32Array): Float32Array<ArrayBuffer>[] {
    const whole: Float32Array<ArrayBuffer>[] = [];
    for (const sample of piece) {
      if (!Number.isFinite(sample)) {
        this.#filled = 0;
        continue;
      }
      this.#second[this.#filled++] = sample;
      if (this.#filled < soundLength) continue;
      whole.push(this.#second);
      this.#second = new Float32Array(soundLength);
      this.#filled = 0;
    }
    return whole;
  }
}

/**
 * Root mean square, in dB relative to full scale: 0 is a square wave as loud as can be, a sine is −3. Not below `quietest`, and that
 * of what has a sample which is no finite number.
 */
export function levelOf(samples: Float32Array): number {
  const square = samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length);
  return Number.isFinite(square) ? Math.max(quietest, 10 * Math.log10(square)) : quietest;
}

/** Of a sound that was cut into seconds. Undefined: there are none. */
export function loudestOf(
  seconds: readonly Float32Array<ArrayBuffer>[],
): Float32Array<ArrayBuffer> | undefined {
  const levels = seconds.map(levelOf);
  return seconds[levels.indexOf(Math.max(...levels))];
}
