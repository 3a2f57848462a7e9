// Pictures of nothing, on which a model's answers are recorded: photos that somebody took stay where they are.
import { seededRandom } from '../core/data/random.ts';
import type { Tensor } from '../core/tensor.ts';

/** Small, for a record is JSON; what embeds them brings them to its own size. */
const side = 24;
const blobs = 4;

/**
 * UINT8 [1, 24, 24, 3]: a few soft spots of colour, others for every seed. Smooth, so that what a runtime rounds while it
 * resizes does not show.
 */
export function recordedPhoto(seed: number): Tensor {
  const random = seededRandom(seed);
  const spots = Array.from({ length: blobs }, () => ({
    x: side * random.uniform(),
    y: side * random.uniform(),
    // In pixels: from an eighth to a half of the side.
    reach: side * (0.125 + 0.375 * random.uniform()),
    colour: [random.uniform(), random.uniform(), random.uniform()],
  }));
  const paper = [random.uniform(), random.uniform(), random.uniform()];
  const data = new Uint8Array(3 * side * side);
  for (let at = 0; at < data.length; at++) {
    const [channel, x, y] = [at % 3, Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
    let value = paper[channel]!;
    for (const spot of spots) {
      const share = Math.exp(-((x - spot.x) ** 2 + (y - spot.y) ** 2) / (2 * spot.reach ** 2));
      value += share * (spot.colour[channel]! - value);
    }
    data[at] = Math.round(255 * value);
  }
  return { datatype: 'UINT8', shape: [1, side, side, 3], data };
}
