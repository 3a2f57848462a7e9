// Types of Resize and its ancestor Upsample.
import { elements } from '../../tensor.ts';
import { readFloats, readInts } from '../attributes.ts';
import { type InferRule, type NodeContext, type } from './node-context.ts';

interface ResizePlan {
  /** Of every axis of the input. */
  readonly scales: readonly number[];
  readonly output: readonly number[];
}

/** Inputs of Resize-11 and later: data, roi, scales, sizes. Resize-10 has data and scales. */
function resizePlan(node: NodeContext): ResizePlan {
  const shape = node.shape(0);
  const rank = shape.length;
  const given = readInts(node.node, 'axes')?.map(axis => node.axis(axis, rank));
  const axes = given ?? shape.map((_, axis) => axis);
  const sizes = filled(node, 3);
  const scales = filled(node, node.opset < 11 ? 1 : 2);
  if (sizes) return planOfSizes(node, shape, axes, sizes);
  if (!scales) return node.fail('it has neither scales nor sizes');
  const all = shape.map((_, axis) => (axes.includes(axis) ? scales[axes.indexOf(axis)]! : 1));
  const roi =
    node.string('coordinate_transformation_mode', '') === 'tf_crop_and_resize' ? filled(node, 1) : undefined;
  const output = shape.map((size, axis) => {
    const at = axes.indexOf(axis);
    const part = roi && at >= 0 ? roi[at + axes.length]! - roi[at]! : 1;
    // The product is FP32 in the runtime: 0.1 × 10 must not come short.
    return Math.floor(Math.fround(Math.fround(size * part) * Math.fround(all[axis]!)));
  });
  return { scales: all, output };
}

function filled(node: NodeContext, index: number): number[] | undefined {
  const input = node.optional(index);
  return input && elements(input.shape) > 0 ? node.known(index) : undefined;
}

function planOfSizes(
  node: NodeContext,
  shape: readonly number[],
  axes: readonly number[],
  sizes: readonly number[],
): ResizePlan {
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  const ratios = axes.map((axis, i) => sizes[i]! / shape[axis]!);
  const one =
    policy === 'not_larger' ? Math.min(...ratios) : policy === 'not_smaller' ? Math.max(...ratios) : null;
  const scales = shape.map(() => 1);
  const output = [...shape];
  for (const [i, axis] of axes.entries()) {
    scales[axis] = one ?? ratios[i]!;
    output[axis] = one === null ? sizes[i]! : Math.floor(one * shape[axis]! + 0.5);
  }
  return { scales, output };
}

const resize: InferRule = node => [type(node.input(0).datatype, resizePlan(node).output)];

/** Scales were an attribute before 9. */
const upsample: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const scales = readFloats(node.node, 'scales') ?? node.known(1);
  return [
    type(
      datatype,
      shape.map((size, axis) => Math.floor(size * scales[axis]!)),
    ),
  ];
};

export const resizeRules: Readonly<Record<string, InferRule>> = { Resize: resize, Upsample: upsample };
