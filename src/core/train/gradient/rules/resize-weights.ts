// Of which elements Resize (ONNX, opset 19) makes one, and with which weights.
import { readFloat, readInt, readString } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';

/**
 * Source element → its weight in one element of the result, along one axis that goes from one size to the other.
 * @throws HaversackError `TrainingImpossible` for `tf_crop_and_resize`
 */
export function weightsAt(
  node: GraphNode,
  place: number,
  from: number,
  to: number,
  scale: number,
): Map<number, number> {
  const at = sourceOf(node, place, from, to, scale);
  const clamp = (index: number) => Math.min(Math.max(index, 0), from - 1);
  if (readString(node, 'mode', 'nearest') === 'nearest') {
    return new Map([[clamp(nearest(readString(node, 'nearest_mode', 'round_prefer_floor'), at)), 1]]);
  }
  if (readString(node, 'mode', 'nearest') === 'cubic') return cubicWeights(node, at, from);
  const inside = Math.min(Math.max(at, 0), from - 1);
  const low = Math.floor(inside);
  const weights = new Map([[low, 1 - (inside - low)]]);
  if (inside > low) weights.set(low + 1, inside - low);
  return weights;
}

/** Places beyond the ends stand for the ends, or (`exclude_outside`) count for nothing. */
function cubicWeights(node: GraphNode, at: number, from: number): Map<number, number> {
  const a = readFloat(node, 'cubic_coeff_a', -0.75);
  const excludes = readInt(node, 'exclude_outside', 0) === 1;
  const low = Math.floor(at);
  const places = [-1, 0, 1, 2].map(step => ({
    place: low + step,
    weight: cubic(Math.abs(at - low - step), a),
  }));
  const counted = excludes ? places.filter(({ place }) => place >= 0 && place < from) : places;
  const total = excludes ? counted.reduce((sum, { weight }) => sum + weight, 0) : 1;
  const weights = new Map<number, number>();
  for (const { place, weight } of counted) {
    const index = Math.min(Math.max(place, 0), from - 1);
    weights.set(index, (weights.get(index) ?? 0) + weight / total);
  }
  return weights;
}

/** The weight of an element that far away, up to 2 (Keys, Cubic convolution interpolation, 1981, eq. 15). */
function cubic(far: number, a: number): number {
  if (far <= 1) return ((a + 2) * far - (a + 3)) * far * far + 1;
  return ((a * far - 5 * a) * far + 8 * a) * far - 4 * a;
}

function sourceOf(node: GraphNode, place: number, from: number, to: number, scale: number): number {
  const mode = readString(node, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return (place + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjusted = from * scale === 0 ? 1 : to / (from * scale);
      return (from / 2) * (1 - adjusted) + (place + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return to > 1 ? (place + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return to === 1 ? 0 : (place * (from - 1)) / (to - 1);
    case 'asymmetric':
      return place / scale;
    default:
      throw new HaversackError('TrainingImpossible', `${describeNode(node)} has no gradient in '${mode}'.`);
  }
}

/** As single precision has it, in which ONNX Runtime computes: 0.1 · 10 is on the edge. */
function nearest(mode: string, at: number): number {
  const place = Math.fround(at);
  switch (mode) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}
