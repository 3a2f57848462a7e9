import { expect, onTestFinished, test } from 'vitest';
import { rowsRunAsOne } from '../../../server/inference/rows-run-as-one.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { denseModel } from '../../core/onnx/models.ts';

async function joins(file: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const session = await openNodeSession(file);
  onTestFinished(() => session.dispose());
  return rowsRunAsOne(session, null);
}

const graph = (shape: readonly number[]) => new GraphBuilder('rows').input('x', 'FP32', [...shape]);

test('rows that do not look at each other run as one', async () => {
  expect(await joins(denseModel())).toBe(true);
});

test('rows that do run alone, whatever the interface says', async () => {
  const overBatch = graph([-1, 3])
    .node('Softmax', ['x'], ['y'], { axis: { int: 0 } })
    .output('y', 'FP32', [-1, 3]);
  expect(await joins(overBatch.build())).toBe(false);
  const turned = graph([-1, 3]).node('Transpose', ['x'], ['y']).output('y', 'FP32', [-1, -1]);
  expect(await joins(turned.build())).toBe(false);
});

test('a first dimension that is not free, going in or coming out, joins nothing', async () => {
  const fixed = graph([1, 3]).node('Relu', ['x'], ['y']).output('y', 'FP32', [1, 3]);
  expect(await joins(fixed.build())).toBe(false);
  const summed = graph([-1, 3])
    .node('ReduceSum', ['x'], ['y'], { keepdims: { int: 0 } })
    .output('y', 'FP32', []);
  expect(await joins(summed.build())).toBe(false);
});
