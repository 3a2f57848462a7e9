// Resizing of images (tensorflow/core/util/image_resizer_state.h).
import type { NodeContext, Rule } from '../node-context.ts';
import { permuted, toChannelsFirst, toChannelsLast } from '../value.ts';
import { asFloat } from './elementwise.ts';

function coordinates(node: NodeContext): string {
  if (node.bool('align_corners')) return 'align_corners';
  return node.bool('half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

/** TensorFlow takes the place that is nearest to a corner or a centre, the later of two; otherwise the one before. */
function nearestMode(node: NodeContext): string {
  return coordinates(node) === 'asymmetric' ? 'floor' : 'round_prefer_ceil';
}

function resize(mode: 'linear' | 'nearest'): Rule {
  return node => {
    const image = mode === 'linear' ? asFloat(node, node.input(0)) : node.input(0);
    const shape = permuted(image.shape, toChannelsFirst);
    const size = (node.partlyKnown(1) ?? [null, null]).map(side => side ?? -1);
    if (image.rank !== 4 || size.length !== 2)
      node.fail('it resizes an image of four axes to a height and a width');
    const { writer } = node;
    const scales = scalesOf(shape.slice(2), size);
    const inputs = scales
      ? [writer.first(image), '', writer.floats([1, 1, ...scales])]
      : [writer.first(image), '', '', writer.sizes(node.input(1))];
    const name = node.op('Resize', inputs, {
      mode: { string: mode },
      coordinate_transformation_mode: { string: coordinates(node) },
      ...(mode === 'nearest' ? { nearest_mode: { string: nearestMode(node) } } : {}),
      ...(scales ? {} : { axes: { ints: [2, 3] } }),
    });
    const result = permuted([...shape.slice(0, 2), ...size], toChannelsLast);
    return [node.first(image.datatype, result, name)];
  };
}

/** Whole ones, which every runtime brings to the same sizes; null where there are none. */
function scalesOf(from: readonly number[], to: readonly number[]): number[] | null {
  const scales = from.map((size, i) => (size > 0 && to[i]! > 0 ? to[i]! / size : NaN));
  return scales.every(scale => Number.isInteger(scale)) ? scales : null;
}

export const resizeRules: Readonly<Record<string, Rule>> = {
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
};
