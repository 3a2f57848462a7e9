// Attention and what exporters fuse around it, in plain operators: softmax(Q Kᵀ / √size + bias) V for each head.
import type { Tensor } from '../../../tensor.ts';
import { readFloat, readInt, readInts } from '../../attributes.ts';
import type { GraphNode } from '../../graph.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

/** What these rules spell out; an input that is not named among them is refused where it is given. */
function refuseOthers(
  node: GraphNode,
  r: Rewriter,
  known: readonly number[],
  outputs: readonly number[] = [0],
): void {
  node.inputs.forEach((name, place) => {
    if (name !== '' && !known.includes(place)) r.fail(`its input ${place} '${name}' has no plain form here`);
  });
  const extra = node.outputs.find((name, place) => name !== '' && !outputs.includes(place));
  if (extra !== undefined) r.fail(`its output '${extra}' has no plain form here`);
}

/** [batch, length, heads · size] → [batch, heads, length, size] */
function splitHeads(r: Rewriter, x: string, heads: number): string {
  const parts = r.op('Reshape', [x, r.ints([0, 0, heads, -1])]);
  return r.op('Transpose', [parts], { perm: { ints: [0, 2, 1, 3] } });
}

interface Heads {
  /** Each [batch, heads, length, size]. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Added to the scores [batch, heads, length of Q, length of K]; broadcast. */
  readonly bias?: string | undefined;
  /** 0: 1 / √size. */
  readonly scale: number;
  readonly size: number;
}

function attend(r: Rewriter, { query, key, value, bias, scale, size }: Heads): string {
  const transposed = r.op('Transpose', [key], { perm: { ints: [0, 1, 3, 2] } });
  const product = r.op('MatMul', [query, transposed]);
  const scores = r.op('Mul', [product, r.scalar(scale === 0 ? 1 / Math.sqrt(size) : scale, query)]);
  const biased = bias ? r.op('Add', [scores, bias]) : scores;
  return r.op('MatMul', [r.op('Softmax', [biased], { axis: { int: -1 } }), value]);
}

/** [batch, heads, length, size] → [batch, length, heads · size], under that name. */
function joinHeads(r: Rewriter, x: string, output: string): void {
  const back = r.op('Transpose', [x], { perm: { ints: [0, 2, 1, 3] } });
  r.opAs(output, 'Reshape', [back, r.ints([0, 0, -1])]);
}

/** com.microsoft.MultiHeadAttention: query, key, value, bias of all three; 5 is added to the scores. */
const multiHead: DecomposeRule = (node, r) => {
  refuseOthers(node, r, [0, 1, 2, 3, 5]);
  if (readInt(node, 'unidirectional', 0)) r.fail('it looks back only');
  const heads = readInt(node, 'num_heads', 1);
  const names = node.inputs.slice(0, 3);
  const widths = names.map(name => r.size(name, -1));
  const bias = node.inputs[3];
  const biases = bias ? r.split(bias, 0, widths) : [];
  const operands = names.map((name, i) =>
    splitHeads(r, bias ? r.op('Add', [name, biases[i]!]) : name, heads),
  );
  const [query, key, value] = operands as [string, string, string];
  const scale = readFloat(node, 'scale', 0);
  const size = widths[0]! / heads;
  joinHeads(r, attend(r, { query, key, value, bias: node.inputs[5], scale, size }), node.outputs[0]!);
};

/** com.microsoft.Attention: one product with [in, Q + K + V] makes all three; 5 is added to the scores. */
const packed: DecomposeRule = (node, r) => {
  refuseOthers(node, r, [0, 1, 2, 5]);
  if (readInt(node, 'unidirectional', 0)) r.fail('it looks back only');
  const [x, weight, bias] = node.inputs as [string, string, string?];
  const heads = readInt(node, 'num_heads', 1);
  const width = r.size(weight, -1);
  const widths = readInts(node, 'qkv_hidden_sizes', [width / 3, width / 3, width / 3]);
  const product = r.op('MatMul', [x, weight]);
  const all = r.split(bias ? r.op('Add', [product, bias]) : product, -1, widths);
  const [query, key, value] = all.map(part => splitHeads(r, part, heads)) as [string, string, string];
  const scale = readFloat(node, 'scale', 0);
  const size = widths[0]! / heads;
  joinHeads(r, attend(r, { query, key, value, bias: node.inputs[5], scale, size }), node.outputs[0]!);
};

/** ONNX Attention-23 with as many heads for keys as for queries, and a mask of numbers. */
const attention: DecomposeRule = (node, r) => {
  refuseOthers(node, r, [0, 1, 2, 3]);
  if (readInt(node, 'is_causal', 0)) r.fail('it looks back only');
  if (readFloat(node, 'softcap', 0) !== 0) r.fail('its scores are capped');
  const [q, k, v, mask] = node.inputs as [string, string, string, string?];
  if (mask && r.datatype(mask) === 'BOOL') r.fail('its mask is BOOL');
  const isSplit = (r.rank(q) ?? r.fail('the number of its dimensions is not known')) === 4;
  const heads = isSplit ? r.size(q, 1) : readInt(node, 'q_num_heads', 0);
  const keyHeads = isSplit ? r.size(k, 1) : readInt(node, 'kv_num_heads', 0);
  if (heads !== keyHeads) r.fail(`it has ${heads} heads for queries and ${keyHeads} for keys`);
  const [query, key, value] = [q, k, v].map(name => (isSplit ? name : splitHeads(r, name, heads))) as [
    string,
    string,
    string,
  ];
  const size = isSplit ? r.size(q, -1) : r.size(q, -1) / heads;
  const result = attend(r, { query, key, value, bias: mask, scale: readFloat(node, 'scale', 0), size });
  if (isSplit) r.opAs(node.outputs[0]!, 'Identity', [result]);
  else joinHeads(r, result, node.outputs[0]!);
};

/** com.microsoft: words + positions + segments, normalized. A mask, and positions of one's own, are refused. */
const embedLayerNormalization: DecomposeRule = (node, r) => {
  refuseOthers(node, r, [0, 1, 2, 3, 4, 5, 6], [0, 1, 2]);
  const [ids, segmentIds, words, positions, segments, gamma, beta] = node.inputs as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const word = r.op('Gather', [words, ids]);
  const length = r.op('Shape', [ids], { start: { int: 1 }, end: { int: 2 } });
  const position = r.op('Slice', [positions, r.ints([0]), length, r.ints([0])]);
  const sum = r.op('Add', [word, position]);
  const isSegmented = segmentIds !== '' && segments !== '';
  const embedded = isSegmented ? r.op('Add', [sum, r.op('Gather', [segments, segmentIds])]) : sum;
  // Without a mask, ONNX Runtime answers a mask index of zeros.
  if (node.outputs[1]) {
    const batch = r.op('Shape', [ids], { end: { int: 1 } });
    const zero: Tensor = { datatype: 'INT32', shape: [1], data: Int32Array.of(0) };
    r.opAs(node.outputs[1], 'ConstantOfShape', [batch], { value: { tensor: zero } });
  }
  if (node.outputs[2]) r.opAs(node.outputs[2], 'Identity', [embedded]);
  const epsilon = { float: readFloat(node, 'epsilon', 1e-12) };
  r.opAs(node.outputs[0]!, 'LayerNormalization', [embedded, gamma, beta], { axis: { int: -1 }, epsilon });
};

export const attentionRules: Readonly<Record<string, DecomposeRule>> = {
  Attention: attention,
  'com.microsoft.Attention': packed,
  'com.microsoft.EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft.MultiHeadAttention': multiHead,
};
