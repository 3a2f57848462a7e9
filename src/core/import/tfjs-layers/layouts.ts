// Weights between TensorFlow.js's and ONNX's order of axes, both ways. Plain arrays, no library.
import { z } from '../../zod.ts';

/**
 * How a weight's axes lie in the graph. TensorFlow.js has kernels as [height, width, in, out], depthwise ones as
 * [height, width, in, multiplier], those of one dimension as [width, in, out]; ONNX has [out, in, height, width],
 * [in × multiplier, 1, height, width] and [out, in, width]. A transposed convolution's [height, width, out, in] and
 * [in, out, height, width] are the first of these with the names changed.
 */
export const layoutSchema = z.enum(['same', 'HWIO→OIHW', 'HWCM→(CM)1HW', 'WIO→OIW']);
export type Layout = z.infer<typeof layoutSchema>;

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export function toOnnxLayout(weight: Weight, layout: Layout): Weight {
  switch (layout) {
    case 'same':
      return weight;
    case 'HWIO→OIHW':
      return transpose(weight, [3, 2, 0, 1]);
    case 'WIO→OIW':
      return transpose(weight, [2, 1, 0]);
    case 'HWCM→(CM)1HW': {
      // [H, W, C, M] → [C, M, H, W], and C × M is one axis: channel c gives the outputs c·M to c·M + M − 1.
      const { shape, data } = transpose(weight, [2, 3, 0, 1]);
      return { shape: [shape[0]! * shape[1]!, 1, shape[2]!, shape[3]!], data };
    }
  }
}

/** @param shape of the weight in TensorFlow.js. */
export function fromOnnxLayout(
  data: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  layout: Layout,
): Weight {
  switch (layout) {
    case 'same':
      return { shape, data };
    case 'WIO→OIW':
      return transpose({ shape: shape.toReversed(), data }, [2, 1, 0]);
    case 'HWIO→OIHW': {
      const [height, width, inner, outer] = shape as [number, number, number, number];
      return transpose({ shape: [outer, inner, height, width], data }, [2, 3, 1, 0]);
    }
    case 'HWCM→(CM)1HW': {
      const [height, width, inner, outer] = shape as [number, number, number, number];
      return transpose({ shape: [inner, outer, height, width], data }, [2, 3, 0, 1]);
    }
  }
}

/** Axis i of the result is axis `order[i]` of the weight. */
function transpose({ shape, data }: Weight, order: readonly number[]): Weight {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const newShape = order.map(axis => shape[axis]!);
  const newStrides = order.map(axis => strides[axis]!);
  const index = newShape.map(() => 0);
  const result = new Float32Array(data.length);
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    result[target] = data[source]!;
    for (let axis = newShape.length - 1; axis >= 0; axis--) {
      source += newStrides[axis]!;
      if (++index[axis]! < newShape[axis]!) break;
      source -= newStrides[axis]! * newShape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: newShape, data: result };
}
