import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../../server/inference/session.ts';
import type { Attributes } from '../../../../../src/core/onnx/build.ts';
import { gradient } from '../../../../../src/core/train/gradient/gradient.ts';
import type { Tensor, TensorMap } from '../../../../../src/core/tensor.ts';
import { checkGradient, holds } from '../finite-differences.ts';
import { type Case, lossGraph } from '../loss-graph.ts';
import { numbersIn, seed } from '../generate.ts';

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;
type Operator = keyof typeof gates;
const directions = ['forward', 'reverse', 'bidirectional'] as const;
const small = { from: -0.8, to: 0.8 };

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  readonly hidden: number;
}

function layer(
  op: Operator,
  { steps, batch, features, hidden }: Sizes,
  direction: (typeof directions)[number],
  seed: number,
  attributes: Attributes = {},
): Case {
  const n = direction === 'bidirectional' ? 2 : 1;
  const width = gates[op] * hidden;
  return {
    op,
    datatype: 'FP32',
    tolerance: 1e-2,
    inputs: [
      numbersIn([steps, batch, features], seed, { from: -1, to: 1 }),
      numbersIn([n, width, features], 2, small),
      numbersIn([n, width, hidden], 3, small),
      numbersIn([n, 2 * width], 4, small),
      numbersIn([n, batch, hidden], 5, small),
      ...(op === 'LSTM' ? [numbersIn([n, batch, hidden], 6, small)] : []),
    ],
    constants: { 4: null },
    outputs: op === 'LSTM' ? 3 : 2,
    attributes: { hidden_size: { int: hidden }, direction: { string: direction }, ...attributes },
  };
}

const sizes = fc.record({
  steps: fc.integer({ min: 1, max: 3 }),
  batch: fc.integer({ min: 1, max: 2 }),
  features: fc.integer({ min: 1, max: 2 }),
  hidden: fc.integer({ min: 1, max: 2 }),
});

describe('recurrent layers: gradients are the central differences of', () => {
  it.each<[Operator, Attributes]>([
    ['LSTM', {}],
    ['GRU', {}],
    ['GRU', { linear_before_reset: { int: 1 } }],
    ['RNN', {}],
  ])('%s %j', (op, attributes) =>
    holds(
      fc
        .record({ sizes, direction: fc.constantFrom(...directions), seed })
        .map(({ sizes, direction, seed }) => layer(op, sizes, direction, seed, attributes)),
      4,
    ),
  );

  it('LSTM with peepholes', () => {
    const plain = layer('LSTM', { steps: 2, batch: 2, features: 1, hidden: 2 }, 'forward', 1);
    return checkGradient({ ...plain, inputs: [...plain.inputs, numbersIn([1, 6], 7, small)] });
  });

  it('LSTM without biases and initial values', () => {
    const plain = layer('LSTM', { steps: 2, batch: 2, features: 2, hidden: 2 }, 'reverse', 1);
    return checkGradient({ ...plain, inputs: plain.inputs.slice(0, 3), constants: {} });
  });

  it.each<Operator>(['LSTM', 'GRU', 'RNN'])('%s over sequences of different lengths', op => {
    const sizes = { steps: 3, batch: 2, features: 1, hidden: 2 };
    const lengths: Tensor = { datatype: 'INT32', shape: [2], data: Int32Array.of(1, 3) };
    return checkGradient({ ...layer(op, sizes, 'bidirectional', 1), constants: { 4: lengths } });
  });
});

describe('a recurrent layer that is spelled out', () => {
  it.each<[Operator, Attributes]>([
    ['LSTM', {}],
    ['LSTM', { clip: { float: 0.3 } }],
    [
      'LSTM',
      { activations: { strings: Array(2).fill(['HardSigmoid', 'Relu', 'Softsign']).flat() as string[] } },
    ],
    ['GRU', {}],
    ['GRU', { linear_before_reset: { int: 1 } }],
    ['RNN', {}],
  ])('answers as ONNX Runtime’s own %s %j does', async (op, attributes) => {
    const testCase = layer(
      op,
      { steps: 4, batch: 2, features: 3, hidden: 3 },
      'bidirectional',
      1,
      attributes,
    );
    const feeds: TensorMap = Object.fromEntries(
      testCase.inputs.map(({ shape, values }, i) => [
        `x${i}`,
        { datatype: 'FP32', shape, data: Float32Array.from(values) },
      ]),
    );
    const answers = [];
    for (const isSpelledOut of [false, true]) {
      const { tape, loss, names } = lossGraph(testCase);
      const { outputs } = tape.graph.nodes.find(node => node.op === op)!;
      if (isSpelledOut) gradient(tape, { loss, wrt: names });
      expect(tape.graph.nodes.some(node => node.op === op)).toBe(!isSpelledOut);
      tape.graph.outputs = outputs.map(name => ({ name, ...tape.type(name) }));
      const session = await openNodeSession(tape.graph.toBytes());
      answers.push(
        Object.values(await session.run(feeds)).flatMap(({ data }) => Array.from(data as Float32Array)),
      );
      await session.dispose();
    }
    const [own, spelled] = answers as [number[], number[]];
    const largest = Math.max(...own.map((value, i) => Math.abs(value - spelled[i]!)));
    expect(largest).toBeLessThan(1e-5);
  });

  it('keeps its kernel where no gradient passes through it', () => {
    const { tape, loss } = lossGraph(
      layer('GRU', { steps: 2, batch: 1, features: 1, hidden: 1 }, 'forward', 1),
    );
    const scale = tape.scalar(2);
    gradient(tape, { loss: tape.op('Mul', [loss, scale]), wrt: [scale] });
    expect(tape.graph.nodes.some(({ op }) => op === 'GRU')).toBe(true);
  });
});
