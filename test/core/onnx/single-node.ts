// A graph of one node, and what ONNX Runtime makes of it: the reference that shape rules and passes are held against.
import { expect } from 'vitest';
import type { Attributes } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { inferShapes, type ValueType } from '../../../src/core/onnx/infer.ts';
import type { Datatype } from '../../../src/core/datatype.ts';
import { float32, type Tensor, type TensorMap } from '../../../src/core/tensor.ts';
import { numbers } from './models.ts';

export interface SingleNode {
  /** `domain.Name` outside of the default domain. */
  readonly op: string;
  readonly inputs: readonly (Tensor | null)[];
  /** Initializers that are no inputs but read in nested graphs, named on from the inputs: `in1` after one input. */
  readonly reads?: readonly Tensor[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  readonly opset?: number;
}

/** All inputs are initializers. */
export function singleNodeGraph(node: SingleNode): Graph {
  const { op, inputs, reads = [], attributes = {}, outputs = 1, opset = 21 } = node;
  const graph = new Graph();
  graph.opset = opset;
  const dot = op.lastIndexOf('.');
  const domain = op.slice(0, Math.max(dot, 0));
  if (domain !== '') graph.domains.set(domain, domain === 'ai.onnx.ml' ? 4 : 1);
  const names = inputs.map((tensor, i) => {
    if (tensor) graph.initializers.set(`in${i}`, tensor);
    return tensor ? `in${i}` : '';
  });
  reads.forEach((tensor, i) => graph.initializers.set(`in${inputs.length + i}`, tensor));
  const made = Array.from({ length: outputs }, (_, i) => `out${i}`);
  graph.add(op.slice(dot + 1), names, made, { attributes, domain });
  return graph;
}

export interface Both {
  readonly inferred: ValueType[];
  readonly run: Tensor[];
}

export async function inferAndRun(node: SingleNode): Promise<Both> {
  const graph = singleNodeGraph(node);
  const types = inferShapes(graph);
  const names = graph.nodes[0]!.outputs;
  const inferred = names.map(name => types.get(name)!);
  const results = await runGraph(withOutputs(graph, names, types));
  return { inferred, run: names.map(name => results[name]!) };
}

/** The named values come out, their ranks declared and their sizes left to the runtime. */
export function withOutputs(
  graph: Graph,
  names: readonly string[],
  types: ReadonlyMap<string, ValueType>,
): Graph {
  graph.outputs = names.map(name => {
    const { datatype, shape } = types.get(name)!;
    return { name, datatype, shape: shape.map(() => -1) };
  });
  return graph;
}

export async function runGraph(graph: Graph, feeds: TensorMap = {}): Promise<TensorMap> {
  // Here, because browser tests take their nodes from this file too.
  const { openNodeSession } = await import('../../../server/inference/session.ts');
  const session = await openNodeSession(graph.toBytes());
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}

let seed = 0;
let seedIsOf: string | undefined;

/** From 1 in each file of tests, whichever ran before it in this process. */
function nextSeed(): number {
  const { testPath } = expect.getState();
  if (testPath !== seedIsOf) [seed, seedIsOf] = [0, testPath];
  return ++seed;
}

/** Numbers in −1 … 1, other ones each time, the same in every run. */
export function floats(...shape: number[]): Tensor {
  return float32(
    shape,
    numbers(
      shape.reduce((product, size) => product * size, 1),
      nextSeed(),
    ),
  );
}

export function ints(...values: number[]): Tensor {
  return { datatype: 'INT64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export function scalar(value: number, datatype: 'INT64' | 'FP32' = 'INT64'): Tensor {
  return datatype === 'FP32'
    ? float32([], [value])
    : { datatype, shape: [], data: BigInt64Array.of(BigInt(value)) };
}

export function bools(...values: number[]): Tensor {
  return { datatype: 'BOOL', shape: [values.length], data: Uint8Array.from(values) };
}

export function bytes(datatype: Datatype & ('UINT8' | 'INT8'), shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Uint8Array.from({ length: count }, (_, i) => (i * 37) % 128);
  return { datatype, shape, data: datatype === 'UINT8' ? data : new Int8Array(data.buffer) };
}
