// Sounds of nothing, on which a model's answers are recorded: what somebody said stays where it was said.
import { seededRandom } from '../core/data/random.ts';
import { soundLength, soundRate } from '../core/teach/sound-windows.ts';
import { float32, type Tensor } from '../core/tensor.ts';

/** Most of the second is silence, and samples are whole steps: a record is JSON, and each digit a byte. */
const soundingSamples = soundLength / 8;
const steps = 32;

/** FP32 [1, soundLength]: a short tone that glides, another for every seed. */
export function recordedSound(seed: number): Tensor {
  const random = seededRandom(seed);
  const start = Math.floor((soundLength - soundingSamples) * random.uniform());
  const [from, to] = [200 + 1800 * random.uniform(), 200 + 1800 * random.uniform()];
  const sound = new Float32Array(soundLength);
  let phase = 0;
  for (let n = 0; n < soundingSamples; n++) {
    phase += (2 * Math.PI * (from + ((to - from) * n) / soundingSamples)) / soundRate;
    sound[start + n] = Math.round(0.5 * steps * Math.sin(phase)) / steps;
  }
  return float32([1, soundLength], sound);
}
