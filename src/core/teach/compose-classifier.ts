// The one file that a project becomes: what embeds, what tells classes apart, and probabilities in the end.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { Graph } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import { float32 } from '../tensor.ts';
import type { Embedder } from './embedder.ts';
import type { Head } from './head.ts';
import { embeddingOutput } from './make-embedder.ts';

/** FP32 [n, classes]; each row's sum is 1. */
export const probabilitiesOutput = 'probabilities';

/** So that an embedding that is the middle itself is divided by something. */
const leastLength = 1e-12;

/**
 * Inputs are the embedder's. Answers as `probabilitiesOf` the embedder's output, within rounding. What the gradient engine
 * calls the head are `head.weight` and `head.bias`; all before them can stay frozen.
 * @throws HaversackError `ModelInvalid` where the head is for embeddings of another width
 */
export function composeClassifier(embedder: Embedder, head: Head): Bytes {
  if (head.width !== embedder.width) {
    throw new HaversackError('ModelInvalid', `The head reads ${head.width} numbers, not ${embedder.width}.`);
  }
  const graph = Graph.read(embedder.model);
  const op = (name: string, inputs: readonly string[], attributes = {}) => {
    const output = graph.fresh(`head.${name}`);
    graph.add(name, inputs, [output], { attributes });
    return output;
  };
  const weight = (stem: string, shape: readonly number[], values: Float32Array<ArrayBuffer>) => {
    const name = graph.fresh(`head.${stem}`);
    graph.initializers.set(name, float32(shape, values));
    return name;
  };
  const { width, classes, view } = head;
  const rows = graph.inputs[0]!.shape[0]!;
  // x' = (x − middle) · scale, then W x' / ‖x'‖ + b
  const offset = op('Sub', [embeddingOutput, weight('middle', [1, width], view.middle)]);
  const scaled = op('Mul', [offset, weight('scale', [1, width], view.scale)]);
  const axis = graph.fresh('head.axis');
  graph.initializers.set(axis, int64([1]));
  const length = op('ReduceL2', [scaled, axis], { keepdims: { int: 1 } });
  const divisor = op('Max', [length, weight('leastLength', [1], Float32Array.of(leastLength))]);
  const seen = op('Div', [scaled, divisor]);
  const logits = op('Gemm', [
    seen,
    weight('weight', [width, classes], head.weights),
    weight('bias', [classes], head.biases),
  ]);
  graph.add('Softmax', [logits], [probabilitiesOutput], { attributes: { axis: { int: -1 } } });
  graph.name = 'classifier';
  graph.outputs = [{ name: probabilitiesOutput, datatype: 'FP32', shape: [rows, classes] }];
  return graph.toBytes();
}
