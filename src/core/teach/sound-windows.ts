// Seconds of sound, as they are shown, learnt and asked about.
import { HaversackError } from '../errors.ts';

/** Samples a second, in Hz. */
export const soundRate = 16_000;
/** Samples of what is shown: one second. */
export const soundLength = 16_000;

/** Shorter sounds are none: a tenth of a second is less than a syllable. */
const shortest = soundLength / 10;

/**
 * One after another, without overlap. What is left behind the last whole second is left aside; a sound that is shorter than a
 * second lies in the middle of silence, unless it is shorter than a tenth: then there is none.
 * @param samples mono at `soundRate`, −1 to 1
 * @returns each [soundLength], in memory of its own
 */
export function soundWindows(samples: Float32Array): Float32Array<ArrayBuffer>[] {
  if (samples.length < shortest) return [];
  if (samples.length < soundLength) {
    const padded = new Float32Array(soundLength);
    padded.set(samples, Math.floor((soundLength - samples.length) / 2));
    return [padded];
  }
  const count = Math.floor(samples.length / soundLength);
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from(samples.subarray(i * soundLength, (i + 1) * soundLength)),
  );
}

/** @throws HaversackError `InputInvalid` naming the first sample that is no finite number */
export function assertHeard(samples: Float32Array): void {
  const at = samples.findIndex(sample => !Number.isFinite(sample));
  if (at < 0) return;
  throw new HaversackError(
    'InputInvalid',
    `sample ${at} of ${samples.length} of the sound is ${samples[at]}, and no finite number`,
  );
}

/** @throws HaversackError `InputInvalid` for what is no second: another length, or numbers that are not finite */
export function assertSecond(samples: Float32Array): void {
  if (samples.length !== soundLength) {
    throw new HaversackError('InputInvalid', `a sound is ${soundLength} samples, not ${samples.length}`);
  }
  assertHeard(samples);
}
