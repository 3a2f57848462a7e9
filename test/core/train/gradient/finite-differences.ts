// Holds a gradient, computed by ONNX Runtime, against central finite differences of the same graph.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Datatype } from '../../../../src/core/datatype.ts';
import type { Graph } from '../../../../src/core/onnx/graph.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import type { Session } from '../../../../src/core/runtime/session.ts';
import type { TensorMap } from '../../../../src/core/tensor.ts';
import { openNodeSession } from '../../../../server/inference/session.ts';
import { type Case, type Input, lossGraph, numbers } from './loss-graph.ts';

export async function checkGradient(testCase: Case): Promise<void> {
  const { tape, loss, names } = lossGraph(testCase);
  const grads = gradient(tape, { loss, wrt: names });
  await compare(tape.graph, loss, grads, testCase);
}

/** Holds for every generated case. */
export async function holds(cases: fc.Arbitrary<Case>, numRuns = 6): Promise<void> {
  await fc.assert(fc.asyncProperty(cases, checkGradient), { numRuns, seed: 20261124, endOnFailure: true });
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
