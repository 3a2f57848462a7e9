// Types of attention and of what transformer exporters fuse around it.
import { type InferRule, type NodeContext, type } from './node-context.ts';

/** com.microsoft.Attention: input [batch, length, in], weight [in, Q + K + V]. */
const packed: InferRule = node => {
  const [batch, length] = node.shape(0) as [number, number, number];
  const sizes = node.ints('qkv_hidden_sizes');
  const hidden = sizes?.[2] ?? node.shape(1)[1]! / 3;
  if (node.optional(4)) node.fail('a past is not known');
  return [type(node.input(0).datatype, [batch, length, hidden])];
};

/** com.microsoft.MultiHeadAttention: query [batch, length, hidden]; value [batch, length, hidden of the values]. */
const multiHead: InferRule = node => {
  const query = node.shape(0);
  const value = node.optional(2);
  if (query.length !== 3 || value?.shape.length !== 3)
    node.fail('queries, keys and values in one are not known');
  return [type(node.input(0).datatype, [query[0]!, query[1]!, value!.shape[2]!])];
};

/** ONNX Attention-23: operands of 4 dimensions [batch, heads, length, size] or 3, with the heads' numbers as attributes. */
const attention: InferRule = node => {
  const { datatype, shape: query } = node.input(0);
  const value = node.shape(2);
  if (node.optional(4) || node.outputCount > 1) node.fail('a past is not known');
  if (query.length === 4) return [type(datatype, [...query.slice(0, 3), value[3]!])];
  const heads = headsOf(node);
  return [type(datatype, [query[0]!, query[1]!, (value[2]! / heads.key) * heads.query])];
};

function headsOf(node: NodeContext): { query: number; key: number } {
  const missing = () => node.fail('it does not say how many heads it has');
  return { query: node.int('q_num_heads', 0) || missing(), key: node.int('kv_num_heads', 0) || missing() };
}

const first: InferRule = node => [type(node.input(0).datatype, node.shape(0))];

/** com.microsoft: ids [batch, length]; (embedded, mask index, sum). */
const embedLayerNormalization: InferRule = node => {
  const [batch, length] = node.shape(0) as [number, number];
  const embedded = type(node.input(2).datatype, [batch, length, node.shape(2)[1]!]);
  return [embedded, type('INT32', [batch]), embedded];
};

export const attentionRules: Readonly<Record<string, InferRule>> = {
  Attention: attention,
  RotaryEmbedding: first,
  'com.microsoft.Attention': packed,
  'com.microsoft.EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft.MultiHeadAttention': multiHead,
  'com.microsoft.RotaryEmbedding': first,
};
