import { commands } from 'vitest/browser';
import { afterAll, describe, expect, test } from 'vitest';
import { recordedSchema } from '../../src/core/artifact/recorded.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { castWeights } from '../../src/core/passes/cast-weights.ts';
import { quantizeBlocks } from '../../src/core/passes/quantize-blocks.ts';
import { smokeTest } from '../../src/core/runtime/smoke-test.ts';
import { hasWebGpu } from '../../src/worker/ort.ts';
import { openOrtSession } from '../../src/worker/ort-session.ts';
import modelUrl from '../../demo/models/digits/1/model.onnx?url';
import recordedUrl from '../../demo/models/digits/1/recorded.json?url';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { float32 } from '../../src/core/tensor.ts';
import { numbers } from '../core/onnx/models.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    optimizedInNode: (path: string) => Promise<string>;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

const bytesOf = async (url: string): Promise<Bytes> => new Uint8Array(await (await fetch(url)).arrayBuffer());
const providers = (await hasWebGpu()) ? (['wasm', 'webgpu'] as const) : (['wasm'] as const);
const model = await bytesOf(modelUrl);
const recorded = recordedSchema.parse(await (await fetch(recordedUrl)).json());
const optimized = Uint8Array.from(
  atob(await commands.optimizedInNode('demo/models/digits/1/model.onnx')),
  letter => letter.charCodeAt(0),
);

const open: { dispose(): Promise<void> | void }[] = [];
afterAll(async () => {
  for (const session of open) await session.dispose();
});

describe.each(providers)('on %s the digits model answers what was recorded', provider => {
  test.each([
    ['as it is', model, 1e-3],
    ['optimised by the server', optimized, 1e-3],
    ['with weights of fp16', castWeights(model), 1e-2],
    ['with weights of int4', quantizeBlocks(model), 0.5],
  ])('%s', async (_how, file, tolerance) => {
    const session = await openOrtSession(file, provider);
    open.push(session);
    const { difference } = await smokeTest(session, recorded);
    expect(difference).toBeLessThan(tolerance);
  });

  test('with weights of int4 in a file of an opset that has none', async () => {
    const weights = numbers(64 * 32);
    const file = (opset: number) =>
      new GraphBuilder('old')
        .input('x', 'FP32', [1, 64])
        .initializer('w', float32([64, 32], weights))
        .node('MatMul', ['x', 'w'], ['y'])
        .output('y', 'FP32', [1, 32])
        .build({ opset });
    const feeds = { x: float32([1, 64], numbers(64, 9)) };
    const answers: Float32Array[] = [];
    for (const opset of [21, 9]) {
      const session = await openOrtSession(quantizeBlocks(file(opset)), provider);
      open.push(session);
      answers.push((await session.run(feeds))['y']!.data as Float32Array);
    }
    answers[0]!.forEach((value, i) => expect(answers[1]![i]).toBeCloseTo(value, 5));
  });
});

test('the server fused something', () => {
  expect(inspectModel(optimized).operators).toHaveProperty('com.microsoft.FusedConv');
});
