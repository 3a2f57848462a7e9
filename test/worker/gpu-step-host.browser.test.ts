// What only slots on the GPU can do wrong: buffers that pile up or are freed twice, and a device that goes away.
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { noLinks, type Step, type StepHost } from '../../src/core/runtime/step-host.ts';
import { float32 } from '../../src/core/tensor.ts';
import { requestGpuDevice } from '../../src/worker/gpu-device.ts';
import { type Capture, gpuStepHost, openGpuStepHost } from '../../src/worker/gpu-step-host.ts';
import { hasWebGpu, loadOrt } from '../../src/worker/ort.ts';

/** w' = w + x, read and written in place; double = 2w. */
const file = new GraphBuilder('count')
  .input('w', 'FP32', [64])
  .input('x', 'FP32', [64])
  .node('Add', ['w', 'x'], ['next'])
  .node('Add', ['w', 'w'], ['double'])
  .output('next', 'FP32', [64])
  .output('double', 'FP32', [64])
  .build();
const links = { reads: new Map([['w', 'w']]), writes: new Map([['next', 'w']]) };
const ones = float32([64], new Float32Array(64).fill(1));

/** Tells of every buffer on the device whether, and how often, it was destroyed: the host's and the runtime's. */
function counted(device: GPUDevice): { readonly live: () => number; readonly most: () => number } {
  const destroyed: number[] = [];
  const create = device.createBuffer.bind(device);
  device.createBuffer = descriptor => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    const index = destroyed.push(0) - 1;
    buffer.destroy = () => {
      destroyed[index]!++;
      destroy();
    };
    return buffer;
  };
  return {
    live: () => destroyed.filter(times => times === 0).length,
    most: () => Math.max(0, ...destroyed),
  };
}

async function countingHost(capture: Capture) {
  const device = (await requestGpuDevice())!;
  const buffers = counted(device);
  const host = gpuStepHost(await loadOrt('webgpu'), device, capture);
  await host.put(new Map([['w', ones]]));
  return { device, buffers, host, step: await host.open(file, links) };
}

async function valueOf(host: StepHost): Promise<number> {
  return Number((await host.read(['w'])).get('w')!.data[63]);
}

async function run(step: Step, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await step.run({ x: ones });
}

/** w' = 3w − 2x */
const otherFile = new GraphBuilder('other')
  .input('w', 'FP32', [64])
  .input('x', 'FP32', [64])
  .initializer('three', float32([], [3]))
  .node('Mul', ['w', 'three'], ['tripled'])
  .node('Add', ['x', 'x'], ['doubled'])
  .node('Sub', ['tripled', 'doubled'], ['next'])
  .output('next', 'FP32', [64])
  .build();

const captures = (await hasWebGpu()) ? (['none', 'steps'] as const) : [];

describe.each(captures)('slots on the GPU, capture: %s', capture => {
  test('after a hundred steps, puts and reads, a hundred more leave as many buffers', async () => {
    const { buffers, host, step } = await countingHost(capture);
    const hundred = async () => {
      for (let i = 0; i < 10; i++) {
        await host.put(new Map([['w', ones]]));
        await run(step, 10);
        expect(await valueOf(host)).toBe(11);
      }
      return buffers.live();
    };
    const before = await hundred();
    expect(await hundred()).toBe(before);
    await step.dispose();
    await host.dispose();
  });

  test('each buffer is destroyed once, at the latest with the host', async () => {
    const { buffers, host, step } = await countingHost(capture);
    await run(step, 3);
    // Another shape, and what the GPU cannot hold, take the place of what was there.
    await host.put(new Map([['w', float32([2], [1, 2])]]));
    await host.put(new Map([['w', { datatype: 'FP64' as const, shape: [1], data: Float64Array.of(1) }]]));
    await step.dispose();
    await host.dispose();
    expect(buffers.live()).toBe(0);
    expect(buffers.most()).toBe(1);
  });

  test('a device that goes away is told as such by every call, and the next host has another', async () => {
    const { device, host, step } = await countingHost(capture);
    await run(step, 3);
    device.destroy();
    await expect(step.run({ x: ones })).rejects.toMatchObject({ code: 'DeviceLost' });
    await expect(host.read(['w'])).rejects.toMatchObject({ code: 'DeviceLost' });
    await expect(host.put(new Map([['w', ones]]))).rejects.toMatchObject({ code: 'DeviceLost' });
    await expect(host.open(file, noLinks)).rejects.toMatchObject({ code: 'DeviceLost' });
    await step.dispose();
    await host.dispose();

    const other = await openGpuStepHost(capture);
    await other.put(new Map([['w', ones]]));
    const again = await other.open(file, links);
    await run(again, 3);
    expect(await valueOf(other)).toBe(4);
    await again.dispose();
    await other.dispose();
  });

  test('values that other graphs and puts have moved are read where they are', async () => {
    const { host, step } = await countingHost(capture);
    const other = await host.open(otherFile, links);
    let expected = 1;
    for (let i = 0; i < 4; i++) {
      const { double } = await step.run({ x: ones });
      expect(double!.data[63]).toBe(2 * expected);
      expected += 1;
      await other.run({ x: float32([64], new Float32Array(64).fill(i)) });
      expected = 3 * expected - 2 * i;
      if (i === 1) {
        // Of another form and back: the slot's buffer is another one now.
        await host.put(new Map([['w', float32([2], [1, 2])]]));
        await host.put(new Map([['w', ones]]));
        expected = 1;
      }
      expect(await valueOf(host)).toBe(expected);
    }
    await other.dispose();
    await step.dispose();
    await host.dispose();
  });

  test('views of what is fed, of slots and of answers follow each step', async () => {
    // w' = w + x, both looked at in another shape; sum = x + w', looked at again
    const viewing = new GraphBuilder('views')
      .input('w', 'FP32', [64])
      .input('x', 'FP32', [64])
      .initializer('square', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(8n, 8n) })
      .initializer('row', { datatype: 'INT64', shape: [1], data: BigInt64Array.of(64n) })
      .node('Reshape', ['w', 'square'], ['w8'])
      .node('Reshape', ['x', 'square'], ['x8'])
      .node('Add', ['w8', 'x8'], ['next8'])
      .node('Reshape', ['next8', 'row'], ['next'])
      .node('Add', ['next8', 'x8'], ['sum8'])
      .node('Reshape', ['sum8', 'row'], ['sum'])
      .output('next', 'FP32', [64])
      .output('sum', 'FP32', [64])
      .build();
    const { host, step } = await countingHost(capture);
    const viewed = await host.open(viewing, links);
    let w = 1;
    for (const x of [1, 5, -2, 7]) {
      const { sum } = await viewed.run({ x: float32([64], new Float32Array(64).fill(x)) });
      w += x;
      expect(sum!.data[63]).toBe(w + x);
      expect(await valueOf(host)).toBe(w);
    }
    await viewed.dispose();
    await step.dispose();
    await host.dispose();
  });

  test('a step that failed refuses to run again, and does not hold others up', async () => {
    const reshape = new GraphBuilder('reshape')
      .input('x', 'FP32', [4])
      .input('sizes', 'INT64', [1])
      .node('Reshape', ['x', 'sizes'], ['y'])
      .output('y', 'FP32', [-1])
      .build();
    const { host, step } = await countingHost(capture);
    const failing = await host.open(reshape, noLinks);
    const feeds = (size: bigint) => ({
      x: float32([4], [1, 2, 3, 4]),
      sizes: { datatype: 'INT64' as const, shape: [1], data: BigInt64Array.of(size) },
    });
    await expect(failing.run(feeds(3n))).rejects.toMatchObject({ code: 'RuntimeFailed' });
    await expect(failing.run(feeds(4n))).rejects.toMatchObject({ code: 'RuntimeFailed' });
    await run(step, 1);
    expect(await valueOf(host)).toBe(2);
    await failing.dispose();
    await step.dispose();
    await host.dispose();
  });
});

test.runIf(captures.length > 0)('a captured step binds nothing anew', async () => {
  const bound = async (capture: Capture) => {
    const { device, host, step } = await countingHost(capture);
    await run(step, 3);
    let times = 0;
    const create = device.createBindGroup.bind(device);
    device.createBindGroup = descriptor => {
      times++;
      return create(descriptor);
    };
    await run(step, 3);
    expect(await valueOf(host)).toBe(7);
    await step.dispose();
    await host.dispose();
    return times;
  };
  expect(await bound('none')).toBeGreaterThan(0);
  expect(await bound('steps')).toBe(0);
});
