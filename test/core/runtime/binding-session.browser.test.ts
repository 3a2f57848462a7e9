// ONNX Runtime's web package behind the client's local part; Node's is in `client.test.ts`.
import { expect, it } from 'vitest';
import { float32 } from '../../../src/core/tensor.ts';
import { openRuntimeSession } from '../../../src/core/runtime/binding-session.ts';
import { loadOrt } from '../../../src/worker/ort.ts';
import { smallAnswer, smallModel } from '../../worker/stored.ts';

const its = {
  inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2], meaning: null }],
  outputs: [{ name: 'probabilities', datatype: 'FP32' as const, shape: [-1, 3], meaning: null }],
  decision: null,
};

it('runs a model in a page, and says what a wrong input is', async () => {
  const session = await openRuntimeSession(() => loadOrt('wasm'), smallModel(), its);
  expect(session.provider).toBe('wasm');
  const { probabilities } = await session.run({ x: float32([2, 2], [1, 2, 1, 2]) });
  expect(probabilities!.shape).toEqual([2, 3]);
  [...smallAnswer, ...smallAnswer].forEach((value, i) =>
    expect(Number(probabilities!.data[i])).toBeCloseTo(value, 5),
  );
  await expect(session.run({ x: float32([1, 3], [1, 2, 3]) })).rejects.toMatchObject({
    code: 'InputInvalid',
  });
  await session.dispose();
});

it('refuses what is no model', async () => {
  const opened = openRuntimeSession(await loadOrt('wasm'), new Uint8Array(64), its);
  await expect(opened).rejects.toMatchObject({ name: 'HaversackError' });
});
