// The same recipe, rows and seed on every host: ONNX Runtime in Node, on WebAssembly and on WebGPU.
import { describe, expect, test } from 'vitest';
import { hasWebGpu } from '../../../../src/worker/ort.ts';
import { fiftySteps } from './fifty-steps.ts';
import { expectNodesWeights, weightsIn } from './hosts.ts';

const withWebGpu = await hasWebGpu();
/** The quickest on a GPU in software, of one kind each; all of them: `hosts.measure.browser.ts`. */
const onWebGpu = ['two moons', 'copy'];

const tasks = fiftySteps.filter(({ task }) => !withWebGpu || onWebGpu.some(name => task.startsWith(name)));

describe.each(tasks)('$net, fifty steps of: $task', { timeout: 600_000 }, ({ task }) => {
  test(`weights agree with Node's, on ${withWebGpu ? 'WebGPU' : 'WASM'}`, () =>
    expectNodesWeights(task, withWebGpu ? 'webgpu' : 'wasm'));

  test.skipIf(withWebGpu)('twice the same, bit for bit, on WASM with one thread', async () => {
    expect(await weightsIn(task, 'wasm', 1)).toEqual(await weightsIn(task, 'wasm', 1));
  });
});
