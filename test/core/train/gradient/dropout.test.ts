import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../server/inference/session.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import type { Session } from '../../../../src/core/runtime/session.ts';
import { drawDropout } from '../../../../src/core/train/gradient/dropout.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';

const shape = [40, 50];
const ratio = 0.3;

/** Two Dropouts of the same values, and the gradient of the first's sum. */
function twoDropouts(seed: number): Promise<Session> {
  const graph = new Graph();
  graph.inputs = [
    { name: 'x', datatype: 'FP32', shape },
    { name: 'step', datatype: 'FP32', shape: [] },
  ];
  const tape = Tape.over(graph);
  const outputs = ['first', 'second'];
  for (const name of outputs) {
    graph.add('Dropout', ['x', tape.scalar(ratio)], [name]);
    tape.declare(name, { datatype: 'FP32', shape });
  }
  drawDropout(tape, { step: 'step', seed });
  const loss = tape.op('ReduceSum', ['first'], { keepdims: { int: 0 } });
  const dx = gradient(tape, { loss, wrt: ['x'] }).get('x')!;
  graph.outputs = [...outputs, dx].map(name => ({ name, datatype: 'FP32', shape }));
  return openNodeSession(graph.toBytes());
}

async function masks(session: Session, step: number): Promise<[Float32Array, Float32Array, Float32Array]> {
  const x = { datatype: 'FP32' as const, shape, data: new Float32Array(2000).fill(1) };
  const at = { datatype: 'FP32' as const, shape: [], data: Float32Array.of(step) };
  const answers = await session.run({ x, step: at });
  return session.outputs.map(({ name }) => answers[name]!.data) as [Float32Array, Float32Array, Float32Array];
}

const shareAlike = (a: Float32Array, b: Float32Array) =>
  a.filter((value, i) => (value === 0) === (b[i] === 0)).length / a.length;

describe('Dropout, drawn by seed and step', () => {
  let session: Session;
  beforeAll(async () => {
    session = await twoDropouts(7);
  });
  afterAll(() => session.dispose());

  it('keeps the share that it is told, and the mean', async () => {
    let mean = 0;
    for (let step = 1; step <= 50; step++) {
      const [first] = await masks(session, step);
      mean += first.reduce((a, b) => a + b) / first.length / 50;
      expect(Math.abs(first.filter(value => value === 0).length / 2000 - ratio)).toBeLessThan(0.06);
    }
    expect(Math.abs(mean - 1)).toBeLessThan(0.02);
  });

  it('draws the same for the same step, and another for another step, layer or seed', async () => {
    const [first, second] = await masks(session, 3);
    const other = await twoDropouts(8);
    const independent = ratio ** 2 + (1 - ratio) ** 2;
    const pairs = [
      second,
      (await masks(session, 4))[0],
      (await masks(session, 512))[0],
      (await masks(other, 3))[0],
    ];
    await other.dispose();
    expect((await masks(session, 3))[0]).toEqual(first);
    for (const mask of pairs) expect(Math.abs(shareAlike(first, mask) - independent)).toBeLessThan(0.06);
  });

  it('drops each element now and then', async () => {
    const counts = new Float32Array(2000);
    for (let step = 1; step <= 60; step++) {
      (await masks(session, step))[0].forEach((value, i) => (counts[i]! += value === 0 ? 1 : 0));
    }
    expect(Math.min(...counts)).toBeGreaterThan(2);
    expect(Math.max(...counts)).toBeLessThan(40);
  });

  it('lets the gradient through where it kept', async () => {
    const [first, , dx] = await masks(session, 9);
    expect(dx).toEqual(first);
  });
});
