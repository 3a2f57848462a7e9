// One node and a loss over it, for gradients to be taken of. Knows no host.
import type { Datatype } from '../../../../src/core/datatype.ts';
import type { Attributes } from '../../../../src/core/onnx/build.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';
import { elements, type Tensor } from '../../../../src/core/tensor.ts';

export interface Input {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface Case {
  readonly op: string;
  /** Differentiated: in the order of the node's inputs, constants after or between by `at`. */
  readonly inputs: readonly Input[];
  /** Constant inputs by position. */
  readonly constants?: Readonly<Record<number, Tensor | null>>;
  readonly attributes?: Attributes;
  readonly outputs?: number;
  /** FP64 where ONNX Runtime's CPU has the kernel. */
  readonly datatype?: 'FP64' | 'FP32';
  /** Step of the difference: 1e-5 in FP64; as large as the operator bears in FP32 (any, where it is linear). */
  readonly step?: number;
  /** Of the largest gradient. */
  readonly tolerance?: number;
  readonly opset?: number;
  readonly domains?: Readonly<Record<string, number>>;
}

/** What the loss counts each element: deterministic, between −1 and 1, never near 0 or each other by much. */
export function weightAt(index: number): number {
  return Math.sin(index * 12.9898 + 1.3) * 0.8 + 0.3 * Math.cos(index * 3.7);
}

export function numbers(datatype: Datatype, shape: readonly number[], values: readonly number[]): Tensor {
  const data = datatype === 'FP64' ? Float64Array.from(values) : Float32Array.from(values);
  return { datatype, shape, data };
}

/** The node under test and a loss: a weighted sum of its float outputs. */
export function lossGraph(testCase: Case): { tape: Tape; loss: string; names: string[] } {
  const datatype = testCase.datatype ?? 'FP64';
  const graph = new Graph();
  graph.opset = testCase.opset ?? 21;
  for (const [domain, version] of Object.entries(testCase.domains ?? {})) graph.domains.set(domain, version);
  graph.inputs = testCase.inputs.map(({ shape }, i) => ({ name: `x${i}`, datatype, shape: [...shape] }));
  const tape = Tape.over(graph);
  const names = testCase.inputs.map((_, i) => `x${i}`);
  const args = [...names];
  for (const [position, tensor] of Object.entries(testCase.constants ?? {})) {
    args.splice(Number(position), 0, tensor === null ? '' : tape.constant(tensor));
  }
  const outputs = tape.ops(testCase.op, args, testCase.outputs ?? 1, testCase.attributes);
  let loss: string | null = null;
  outputs.forEach((output, i) => {
    if (tape.datatype(output) !== datatype) return;
    const shape = tape.shape(output);
    const weights = Array.from({ length: elements(shape) }, (_, j) => weightAt(j + 17 * i));
    const product = tape.mul(output, tape.numbers(shape, weights, datatype));
    loss = tape.plus(loss, tape.op('ReduceSum', [product], { keepdims: { int: 0 } }));
  });
  return { tape, loss: loss!, names };
}
