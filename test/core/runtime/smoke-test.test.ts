import { describe, expect, test } from 'vitest';
import type { Recorded } from '../../../src/core/artifact/recorded.ts';
import type { Session } from '../../../src/core/runtime/session.ts';
import { smokeTest } from '../../../src/core/runtime/smoke-test.ts';
import { float32, type TensorMap } from '../../../src/core/tensor.ts';

function sessionOf(run: (feeds: TensorMap) => TensorMap): Session {
  return {
    provider: 'cpu',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
    run: feeds => Promise.resolve(run(feeds)),
    dispose: () => Promise.resolve(),
  };
}

const recorded: Recorded = {
  tolerance: 1e-3,
  cases: [
    {
      inputs: { x: { datatype: 'FP32', shape: [2], data: [1, 2] } },
      outputs: { y: { datatype: 'FP32', shape: [2], data: [10, -20] } },
    },
  ],
};

describe('smokeTest', () => {
  test('measures the largest difference as a share of the largest recorded value', async () => {
    const session = sessionOf(() => ({ y: float32([2], [10, -20.5]) }));
    expect(await smokeTest(session, recorded)).toEqual({ difference: 0.025, agrees: false });
  });

  test('agrees within the tolerance, and gives the session the recorded inputs', async () => {
    const session = sessionOf(({ x }) => {
      const [a, b] = x!.data as Float32Array;
      return { y: float32([2], [a! * 10, -b! * 10 + 0.01]) };
    });
    const result = await smokeTest(session, recorded);
    expect(result.agrees).toBe(true);
    expect(result.difference).toBeCloseTo(0.0005, 6);
  });

  test.each([
    ['NaN where a number was recorded', { y: float32([2], [10, NaN]) }],
    ['an output that is missing', {}],
    ['another number of values', { y: float32([1], [10]) }],
    ['another datatype', { y: { datatype: 'INT32', shape: [2], data: Int32Array.of(10, -20) } }],
  ] as const)('is infinitely far with %s', async (_, outputs) => {
    expect(
      await smokeTest(
        sessionOf(() => outputs as TensorMap),
        recorded,
      ),
    ).toEqual({
      difference: Infinity,
      agrees: false,
    });
  });
});
