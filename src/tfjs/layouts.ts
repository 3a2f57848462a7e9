// Weights between TensorFlow.js's and ONNX's order of axes, both ways. Plain arrays, no library.
import type { Layout } from './topology.ts';

export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

export function toOnnxLayout(weight: Weight, layout: Layout): Weight {
  if (layout === 'same') return weight;
  if (layout === 'HWIO→OIHW') return transpose(weight, [3, 2, 0, 1]);
  // [H, W, C, M] → [C, M, H, W], and C × M is one axis: channel c gives the outputs c·M to c·M + M − 1.
  const { shape, data } = transpose(weight, [2, 3, 0, 1]);
  return { shape: [shape[0]! * shape[1]!, 1, shape[2]!, shape[3]!], data };
}

/** @param shape of the weight in TensorFlow.js. */
export function fromOnnxLayout(
  data: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  layout: Layout,
): Weight {
  if (layout === 'same') return { shape, data };
  const [height, width, inner, outer] = shape as [number, number, number, number];
  return layout === 'HWIO→OIHW'
    ? transpose({ shape: [outer, inner, height, width], data }, [2, 3, 1, 0])
    : transpose({ shape: [inner, outer, height, width], data }, [2, 3, 0, 1]);
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
