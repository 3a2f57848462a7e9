// Holds a gradient, computed by ONNX Runtime, against central finite differences of the same graph.
import { expect } from 'vitest';
import type { Datatype } from '../../../../src/core/datatype.ts';
import type { Attributes } from '../../../../src/core/onnx/build.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';
import type { Session } from '../../../../src/core/runtime/session.ts';
import { elements, type Tensor, type TensorMap } from '../../../../src/core/tensor.ts';
import { openNodeSession } from '../../../../server/inference/session.ts';

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

/** Deterministic, between −1 and 1, never near 0 or each other by much. */
export function weightAt(index: number): number {
  return Math.sin(index * 12.9898 + 1.3) * 0.8 + 0.3 * Math.cos(index * 3.7);
}

function numbers(datatype: Datatype, shape: readonly number[], values: readonly number[]): Tensor {
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

export async function checkGradient(testCase: Case): Promise<void> {
  const { tape, loss, names } = lossGraph(testCase);
  const grads = gradient(tape, { loss, wrt: names });
  await compare(tape.graph, loss, grads, testCase);
}

type Compared = Pick<Case, 'inputs' | 'datatype' | 'step' | 'tolerance'>;

/** Inputs of the graph are x0, x1 …, all of them differentiated. */
export async function compare(
  graph: Graph,
  loss: string,
  grads: ReadonlyMap<string, string>,
  { inputs, datatype = 'FP64', step, tolerance }: Compared,
): Promise<void> {
  const both = graph.copy();
  // Two inputs may have one gradient: an output needs a name of its own.
  [...grads.values()].forEach((name, i) => both.add('Identity', [name], [`grad${i}`]));
  both.outputs = [
    { name: loss, datatype, shape: [] },
    ...inputs.map(({ shape }, i) => ({ name: `grad${i}`, datatype, shape: [...shape] })),
  ];
  const session = await openNodeSession(both.toBytes());
  try {
    const h = step ?? (datatype === 'FP64' ? 1e-5 : 1e-2);
    const relative = tolerance ?? (datatype === 'FP64' ? 1e-6 : 5e-3);
    const feeds: TensorMap = Object.fromEntries(
      inputs.map(({ shape, values }, i) => [`x${i}`, numbers(datatype, shape, values)]),
    );
    const got = await session.run(feeds);
    for (const [i, input] of inputs.entries()) {
      const wanted = await differences(session, loss, feeds, `x${i}`, input, datatype, h);
      const limit = relative * Math.max(1, ...wanted.map(Math.abs));
      const answer = Array.from(got[`grad${i}`]!.data as Float64Array);
      expect(answer).toHaveLength(wanted.length);
      const wrong = answer.findIndex((value, j) => !(Math.abs(value - wanted[j]!) <= limit));
      if (wrong >= 0) {
        expect.fail(`∂x${i}[${wrong}]: got ${answer[wrong]}, differences say ${wanted[wrong]} (± ${limit})`);
      }
    }
  } finally {
    await session.dispose();
  }
}

async function differences(
  session: Session,
  loss: string,
  feeds: TensorMap,
  name: string,
  { shape, values }: Input,
  datatype: Datatype,
  h: number,
): Promise<number[]> {
  const round = (value: number) => (datatype === 'FP32' ? Math.fround(value) : value);
  const slopes: number[] = [];
  for (const [j, value] of values.entries()) {
    const at = async (moved: number) => {
      const answer = await session.run({ ...feeds, [name]: numbers(datatype, shape, values.with(j, moved)) });
      return Number((answer[loss]!.data as Float64Array)[0]);
    };
    const [up, down] = [round(value + h), round(value - h)];
    slopes.push(((await at(up)) - (await at(down))) / (up - down));
  }
  return slopes;
}
