import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph, type ValueSpec } from '../../../src/core/onnx/graph.ts';
import { inferRules, inferShapes } from '../../../src/core/onnx/infer.ts';
import { sequenceRules } from '../../../src/core/onnx/infer/sequence.ts';
import { numbersOf } from '../../../src/core/onnx/infer/known.ts';
import { body, bool, fp32 } from './body.ts';
import { inferCases } from './infer/cases.ts';
import { withoutKernel } from './without-kernel.ts';
import { floats, inferAndRun, ints, type SingleNode } from './single-node.ts';

/** Types are those of the runtime, and so are the values that are known. */
async function check(node: SingleNode): Promise<void> {
  const { inferred, run } = await inferAndRun(node);
  expect(inferred.map(({ datatype, shape }) => ({ datatype, shape }))).toEqual(
    run.map(({ datatype, shape }) => ({ datatype, shape: [...shape] })),
  );
  for (const [i, { value }] of inferred.entries()) {
    if (!value) continue;
    const wanted = numbersOf(run[i]!);
    for (const [j, got] of numbersOf(value).entries()) {
      if (Number.isFinite(wanted[j])) expect(got).toBeCloseTo(wanted[j]!, 5);
      else expect(got).toBe(wanted[j]);
    }
  }
}

describe('every rule answers what ONNX Runtime makes', () => {
  test.each(inferCases.map((node, i) => [`${node.op} (case ${i})`, node] as const))('%s', (_, node) =>
    check(node),
  );

  test('every rule has a case', () => {
    // One node alone has no sequence to read.
    const covered = new Set([...inferCases.map(({ op }) => op), ...Object.keys(sequenceRules)]);
    expect([...inferRules.keys()].filter(op => !covered.has(op)).sort()).toEqual(withoutKernel);
  });
});

describe('an If whose condition is not known', () => {
  const choice = (then: ValueSpec, other: ValueSpec): Graph => {
    const graph = new Graph();
    graph.inputs = [fp32('x', 2, 3), bool('c')];
    graph.add('If', ['c'], ['y'], {
      name: 'choice',
      attributes: {
        then_branch: body([], [then], inner => inner.add('Relu', ['x'], [then.name])),
        else_branch: body([], [other], inner =>
          inner.add(other.shape.length === 2 ? 'Neg' : 'Size', ['x'], [other.name]),
        ),
      },
    });
    return graph;
  };

  test('has the type that both branches give', () => {
    const types = inferShapes(choice(fp32('a', 2, 3), fp32('b', 2, 3)));
    expect(types.get('y')).toEqual({ datatype: 'FP32', shape: [2, 3] });
  });

  test('is refused where they give different ones', () => {
    expect(() => inferShapes(choice(fp32('a', 2, 3), fp32('b')))).toThrow(
      "If 'choice': its branches give FP32 [2, 3] and INT64 [], and which one runs is not known.",
    );
  });
});

describe('generated nodes', () => {
  const runs = { numRuns: 40, seed: 4 };
  const size = fc.integer({ min: 1, max: 9 });

  test('convolutions and pools of any kernel, stride, dilation and padding', async () => {
    const window = fc.record({
      input: fc.integer({ min: 6, max: 12 }),
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      before: fc.nat(1),
      after: fc.nat(1),
      ceil: fc.nat(1),
      autoPad: fc.constantFrom('NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
      op: fc.constantFrom('Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'),
    });
    await fc.assert(
      fc.asyncProperty(
        window,
        async ({ op, input, kernel, stride, dilation, before, after, ceil, autoPad }) => {
          const isPool = op.endsWith('Pool');
          const pad = kernel > 1 && autoPad === 'NOTSET' ? { pads: { ints: [before, after] } } : {};
          const dilations = autoPad.startsWith('SAME') && !isPool ? 1 : dilation;
          await check({
            op,
            inputs: isPool ? [floats(1, 2, input)] : [floats(1, 2, input), floats(2, 2, kernel)],
            attributes: {
              strides: { ints: [stride] },
              dilations: { ints: [dilations] },
              kernel_shape: { ints: [kernel] },
              auto_pad: { string: autoPad },
              ...pad,
              ...(isPool ? { ceil_mode: { int: ceil } } : {}),
            },
          });
        },
      ),
      runs,
    );
  });

  test('slices with any bounds and steps', async () => {
    const bound = fc.integer({ min: -12, max: 12 });
    const step = fc.integer({ min: -4, max: 4 }).filter(value => value !== 0);
    await fc.assert(
      fc.asyncProperty(size, size, bound, bound, step, async (rows, columns, start, end, by) =>
        check({ op: 'Slice', inputs: [floats(rows, columns), ints(start), ints(end), ints(1), ints(by)] }),
      ),
      runs,
    );
  });

  test('products and sums of any shapes that broadcast', async () => {
    const batch = fc.array(fc.boolean(), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(batch, batch, size, size, size, async (a, b, n, k, m) => {
        const dims = (keep: boolean[]) => keep.map((kept, i) => (kept ? keep.length - i + 1 : 1));
        await check({ op: 'MatMul', inputs: [floats(...dims(a), n, k), floats(...dims(b), k, m)] });
        await check({ op: 'Add', inputs: [floats(...dims(a)), floats(...dims(b))] });
      }),
      runs,
    );
  });
});

describe('inferShapes', () => {
  test('follows shapes that are computed from shapes', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 4] }];
    graph.initializers.set('zero', ints(0));
    graph.initializers.set('rest', ints(-1));
    graph.add('Shape', ['x'], ['shape']);
    graph.add('Gather', ['shape', 'zero'], ['batch']);
    graph.add('Concat', ['batch', 'rest'], ['target'], { attributes: { axis: { int: 0 } } });
    graph.add('Reshape', ['x', 'target'], ['y']);
    const types = inferShapes(graph, { x: [5, 3, 4] });
    expect(types.get('y')).toEqual({ datatype: 'FP32', shape: [5, 12] });
    expect(types.get('target')?.value?.data).toEqual(BigInt64Array.of(5n, -1n));
  });

  test.each<[string, (graph: Graph) => void, string, string]>([
    [
      'an operator without a rule, by name and node',
      graph => graph.add('Unique', ['x'], ['y'], { name: 'u' }),
      'OperatorUnsupported',
      "No rule gives the shapes of Unique 'u'.",
    ],
    [
      'a shape that depends on what is fed',
      graph => graph.add('Reshape', ['x', 's'], ['y'], { name: 'r' }),
      'ModelInvalid',
      "Reshape 'r': its shape depends on the values of 's' [2], which are not known.",
    ],
    [
      'channels that do not fit, with both numbers',
      graph => {
        graph.initializers.set('w', floats(2, 4, 1));
        graph.add('Conv', ['x', 'w'], ['y'], { name: 'c' });
      },
      'ModelInvalid',
      "Conv 'c': the input has 3 channels, the weight wants 4 × group 1.",
    ],
    [
      'a name that nothing makes',
      graph => graph.add('Relu', ['q'], ['y'], { name: 'r' }),
      'ModelInvalid',
      "Relu 'r' reads 'q', which nothing makes.",
    ],
  ])('refuses %s', (_, change, code, detail) => {
    const graph = new Graph();
    graph.inputs = [
      { name: 'x', datatype: 'FP32', shape: [2, 3, 4] },
      { name: 's', datatype: 'INT64', shape: [2] },
    ];
    change(graph);
    expect(() => inferShapes(graph)).toThrow(expect.objectContaining({ code, detail }));
  });

  test('wants sizes for free dimensions, and sizes that fit', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }];
    expect(() => inferShapes(graph)).toThrow(/'x' is \[-1, 3\]: its free dimensions need sizes/);
    expect(() => inferShapes(graph, { x: [2, 4] })).toThrow(/'x' is \[-1, 3\], got \[2, 4\]/);
  });
});
