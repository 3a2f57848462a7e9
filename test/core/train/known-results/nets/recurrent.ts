// A recurrent network that answers at every step: embeddings, a GRU (Cho et al. 2014, arXiv 1406.1078), a dense layer.
import type { Bytes } from '../../../../../src/core/artifact/digest.ts';
import { NetBuilder } from './net-builder.ts';

export interface GruOptions {
  readonly vocabulary: number;
  /** Steps of a sequence. */
  readonly length: number;
  /** Numbers a token. */
  readonly width: number;
  readonly hidden: number;
  readonly seed: number;
}

/** `tokens` INT32 [batch, length] → `logits` [batch, length, vocabulary] */
export function gruNet({ vocabulary, length, width, hidden, seed }: GruOptions): Bytes {
  const net = new NetBuilder('gru', seed);
  const embedded = net.embedding('tokens', net.input('tokens', 'INT32', [-1, length]), vocabulary, width);
  // ONNX's GRU has the steps first: [steps, batch, width] → [steps, directions, batch, hidden]
  const steps = net.op('Transpose', [embedded], { perm: { ints: [1, 0, 2] } });
  const states = net.op(
    'GRU',
    [
      steps,
      net.drawn('gru.weight', [1, 3 * hidden, width], Math.sqrt(6 / (width + hidden))),
      net.drawn('gru.recurrence', [1, 3 * hidden, hidden], Math.sqrt(3 / hidden)),
      net.filled('gru.bias', [1, 6 * hidden], 0),
    ],
    { hidden_size: { int: hidden } },
  );
  const batchFirst = net.op('Transpose', [net.op('Squeeze', [states, net.ints(1)])], {
    perm: { ints: [1, 0, 2] },
  });
  return net.finish(net.dense('output', batchFirst, hidden, vocabulary), 'logits', [-1, length, vocabulary]);
}
