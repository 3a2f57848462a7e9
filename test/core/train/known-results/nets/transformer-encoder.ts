// A transformer encoder (Vaswani et al. 2017, arXiv 1706.03762, normalised before each part as in Xiong et al. 2020,
// arXiv 2002.04745) with its attention spelled out: tokens → an answer per position.
import type { Bytes } from '../../../../../src/core/artifact/digest.ts';
import { NetBuilder } from './net-builder.ts';

export interface TransformerOptions {
  readonly vocabulary: number;
  /** Tokens of a sequence. */
  readonly length: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly seed: number;
}

/** `tokens` INT32 [batch, length] → `logits` [batch, length, vocabulary] */
export function transformerEncoder(options: TransformerOptions): Bytes {
  const { vocabulary, length, width, layers, seed } = options;
  const net = new NetBuilder('transformer-encoder', seed);
  const embedded = net.embedding('tokens', net.input('tokens', 'INT32', [-1, length]), vocabulary, width);
  let x = net.op('Add', [embedded, net.drawn('positions', [length, width], 1 / Math.sqrt(width))]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layer${layer}`;
    x = net.op('Add', [
      x,
      attention(net, `${name}.attention`, net.layerNorm(`${name}.norm1`, x, width), options),
    ]);
    x = net.op('Add', [
      x,
      feedForward(net, `${name}.dense`, net.layerNorm(`${name}.norm2`, x, width), width),
    ]);
  }
  const logits = net.dense('output', net.layerNorm('norm', x, width), width, vocabulary);
  return net.finish(logits, 'logits', [-1, length, vocabulary]);
}

// softmax(Q Kᵀ / √(width / heads)) V, in each head (arXiv 1706.03762, eq. 1)
function attention(
  net: NetBuilder,
  name: string,
  x: string,
  { length, width, heads }: TransformerOptions,
): string {
  const apart = (projected: string, perm: number[]) => {
    const split = net.op('Reshape', [projected, net.ints(0, length, heads, width / heads)]);
    return net.op('Transpose', [split], { perm: { ints: perm } });
  };
  const query = net.dense(`${name}.query`, x, width, width);
  // A key's bias adds the same to all scores of a query, which softmax does not see: its gradient is rounding alone, and
  // Adam would make steps of that.
  const key = net.projection(`${name}.key`, x, width, width);
  const value = net.dense(`${name}.value`, x, width, width);
  const scores = net.op('MatMul', [apart(query, [0, 2, 1, 3]), apart(key, [0, 2, 3, 1])]);
  const scaled = net.op('Div', [scores, net.filled(`${name}.divisor`, [], Math.sqrt(width / heads))]);
  const mixed = net.op('MatMul', [
    net.op('Softmax', [scaled], { axis: { int: -1 } }),
    apart(value, [0, 2, 1, 3]),
  ]);
  const together = net.op('Transpose', [mixed], { perm: { ints: [0, 2, 1, 3] } });
  return net.dense(`${name}.output`, net.op('Reshape', [together, net.ints(0, length, width)]), width, width);
}

function feedForward(net: NetBuilder, name: string, x: string, width: number): string {
  return net.dense(
    `${name}2`,
    net.op('Gelu', [net.dense(`${name}1`, x, width, 2 * width)]),
    2 * width,
    width,
  );
}
