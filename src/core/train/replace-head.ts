// A new last layer for other classes: what the model sees stays, what it says of it starts anew.
import type { Random } from '../data/random.ts';
import { HaversackError } from '../errors.ts';
import { readInt } from '../onnx/attributes.ts';
import { describeNode, type Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import { findLowRankChanges, removeLowRankChange } from '../onnx/low-rank.ts';
import { float32, type Tensor } from '../tensor.ts';

/** What may stand between the last layer and the output. */
const afterHead: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'Identity']);

/**
 * A copy whose output has `classes` numbers a row: the weights of the MatMul (with its Add) or Gemm that makes it are drawn
 * anew (Glorot and Bengio 2010), its biases are 0.
 * @throws HaversackError `TrainingImpossible` where the output is made otherwise
 */
export function replaceHead(model: Graph, output: string, classes: number, random: Random): Graph {
  const graph = model.copy();
  const producers = graph.producers();
  let node = producers.get(output);
  while (node && afterHead.has(operatorOf(node))) node = producers.get(node.inputs[0]!);
  let bias: { node: GraphNode; place: number } | null = null;
  if (node && operatorOf(node) === 'Add') {
    const add: GraphNode = node;
    const place = add.inputs.findIndex(name => graph.initializers.has(name));
    bias = { node: add, place };
    node = producers.get(add.inputs[1 - place] ?? '');
  }
  const read = node?.inputs[1];
  const change = findLowRankChanges(graph).find(({ changed }) => changed === read);
  if (change) removeLowRankChange(graph, change);
  const weight = node && graph.initializers.get(node.inputs[1] ?? '');
  const isLayer = node && ['MatMul', 'Gemm'].includes(operatorOf(node));
  if (!node || !isLayer || weight?.shape.length !== 2 || bias?.place === -1) {
    const got = node ? describeNode(node) : 'an input';
    throw new HaversackError('TrainingImpossible', `'${output}' comes from ${got}, not from a dense layer.`);
  }
  const isTransposed = operatorOf(node) === 'Gemm' && readInt(node, 'transB', 0) === 1;
  put(
    graph,
    node,
    1,
    glorot(isTransposed ? weight.shape[1]! : weight.shape[0]!, classes, isTransposed, random),
  );
  const zeros = float32([classes], new Float32Array(classes));
  if (bias) put(graph, bias.node, bias.place, zeros);
  if (operatorOf(node) === 'Gemm' && node.inputs[2]) put(graph, node, 2, zeros);
  graph.outputs = graph.outputs.map(({ name, datatype, shape }) => {
    return { name, datatype, shape: name === output ? shape.with(-1, classes) : shape };
  });
  return graph;
}

/** Under the name that was there, unless others read it too. */
function put(graph: Graph, node: GraphNode, place: number, tensor: Tensor): void {
  const before = node.inputs[place]!;
  const isShared = graph.nodes.some(other => other !== node && other.inputs.includes(before));
  const name = isShared ? graph.fresh(before) : before;
  node.inputs[place] = name;
  graph.initializers.set(name, tensor);
}

function glorot(inputs: number, outputs: number, isTransposed: boolean, random: Random): Tensor {
  const bound = Math.sqrt(6 / (inputs + outputs));
  const values = Array.from({ length: inputs * outputs }, () => (2 * random.uniform() - 1) * bound);
  return float32(isTransposed ? [outputs, inputs] : [inputs, outputs], values);
}
