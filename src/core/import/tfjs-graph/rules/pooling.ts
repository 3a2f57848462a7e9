// Pools, batch normalisation and other things done to images.
import type { Rule } from '../node-context.ts';
import { type Pair } from '../value.ts';
import { asFloat } from './elementwise.ts';
import { windowAttributes, windowOf } from './window.ts';

function pool(op: 'MaxPool' | 'AveragePool'): Rule {
  return node => {
    const x = asFloat(node, node.input(0));
    const [batch, channels, height, width] = node.imageShape(x) as [number, number, number, number];
    const window = windowOf(node, [height, width], node.spatial('ksize'));
    // TensorFlow's means leave out what lies in the padding, as ONNX's do where nobody says otherwise.
    const name = node.op(op, [node.imageName(x)], windowAttributes(window));
    return [node.image('FP32', [batch, channels, ...window.output], name)];
  };
}

/** Inputs: x, scale, offset, mean, variance. Only the first output exists when nothing is trained. */
const batchNormalization: Rule = node => {
  if (node.bool('is_training')) return node.unsupported('it is still training (is_training)');
  const x = node.input(0);
  const shape = node.imageShape(x);
  const parameters = [1, 2, 3, 4].map(index => node.writer.plain(node.input(index)));
  const name = node.op('BatchNormalization', [node.imageName(x), ...parameters], {
    epsilon: { float: node.float('epsilon', 1e-4) },
  });
  return [node.image('FP32', shape, name)];
};

/** TensorFlow orders depth as [block row, block column, channel]: ONNX's DCR. */
const depthToSpace: Rule = node => {
  const block = node.int('block_size', 2);
  const x = node.input(0);
  const [batch, channels, height, width] = node.imageShape(x) as [number, number, number, number];
  const name = node.op('DepthToSpace', [node.imageName(x)], {
    blocksize: { int: block },
    mode: { string: 'DCR' },
  });
  return [
    node.image(
      x.datatype,
      [batch, channels / (block * block), times(height, block), times(width, block)],
      name,
    ),
  ];
};

const spaceToDepth: Rule = node => {
  const block = node.int('block_size', 2);
  const x = node.input(0);
  const [batch, channels, height, width] = node.imageShape(x) as [number, number, number, number];
  const name = node.op('SpaceToDepth', [node.imageName(x)], { blocksize: { int: block } });
  const size: Pair = [height < 0 ? -1 : height / block, width < 0 ? -1 : width / block];
  return [node.image(x.datatype, [batch, channels * block * block, ...size], name)];
};

function times(size: number, factor: number): number {
  return size < 0 ? -1 : size * factor;
}

/** depth_radius r: over 2·r + 1 channels; ONNX divides alpha by that number (ONNX LRN-13). */
const localResponse: Rule = node => {
  const x = node.input(0);
  const size = 2 * node.int('depth_radius', 5) + 1;
  const name = node.op('LRN', [node.imageName(x)], {
    size: { int: size },
    alpha: { float: node.float('alpha', 1) * size },
    beta: { float: node.float('beta', 0.5) },
    bias: { float: node.float('bias', 1) },
  });
  return [node.image('FP32', node.imageShape(x), name)];
};

export const poolingRules: Readonly<Record<string, Rule>> = {
  AvgPool: pool('AveragePool'),
  DepthToSpace: depthToSpace,
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
  LRN: localResponse,
  MaxPool: pool('MaxPool'),
  SpaceToDepth: spaceToDepth,
};
