import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { SessionThreads, ThreadDied } from '../../../server/inference/session-threads.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { elements, float32, type TensorMap } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';
import { asking, nobody, serverOf, sourceOf } from './sources.ts';
import { buildProgram } from '../built-program.ts';

let program: string;
const cleanings: (() => Promise<void>)[] = [];
beforeAll(async () => {
  program = await buildProgram('inference/session-thread.ts', clean => cleanings.push(clean));
}, 60_000);
afterAll(async () => {
  for (const clean of cleanings) await clean();
});

function threadsOf(threads = 1): SessionThreads {
  const started = new SessionThreads({ program, threads, intraOpThreads: 1 });
  onTestFinished(() => started.close());
  return started;
}

const feeds = { x: float32([2, 4], numbers(8, 3)) };
const opened = (threads: SessionThreads, file: Bytes = denseModel()) =>
  threads.open(file, () => Promise.resolve(file));

/** So many products of a row with a square: as slow as one likes. */
function slowModel(times: number, width = 512): Bytes {
  const graph = new GraphBuilder('slow')
    .input('x', 'FP32', [-1, width])
    .initializer('w', float32([width, width], new Float32Array(width * width)));
  let last = 'x';
  for (let i = 0; i < times; i++) graph.node('MatMul', [last, 'w'], [(last = `h${i}`)]);
  return graph.node('Identity', [last], ['y']).output('y', 'FP32', [-1, width]).build();
}

describe('sessions in threads', () => {
  test('answer what a session here does, demo models and all', async () => {
    const threads = threadsOf();
    for (const [path, shape, name] of [
      ['iris/2', [3, 4], 'measurements'],
      ['digits/1', [3, 1, 8, 8], 'image'],
    ] as const) {
      const file = new Uint8Array(await readFile(`demo/models/${path}/model.onnx`));
      const [there, here] = [await opened(threads, file), await openNodeSession(file)];
      expect({ inputs: there.inputs, outputs: there.outputs, provider: there.provider }).toEqual({
        inputs: here.inputs,
        outputs: here.outputs,
        provider: 'cpu',
      });
      const count = elements(shape);
      const asked: TensorMap = { [name]: float32(shape, numbers(count, 7)) };
      expect(await there.run(asked)).toEqual(await here.run(asked));
      expect(asked[name]!.data).toHaveLength(count);
      expect(there.lastRunMs).toBeGreaterThan(0);
      await Promise.all([there.dispose(), here.dispose()]);
    }
  });

  test('take over what they are given, and copy what they are not', async () => {
    const session = await opened(threadsOf());
    const [kept, given] = [1, 2].map(() => ({ x: float32([1, 4], numbers(4, 3)) }));
    await session.run(kept!);
    await session.runGiven(given!);
    expect([kept!.x.data.length, given!.x.data.length]).toEqual([4, 0]);
  });

  test('refuse by the same words as a session here', async () => {
    const threads = threadsOf();
    await expect(opened(threads, new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'NotOnnx' });
    const session = await opened(threads);
    await expect(session.run({ x: float32([1, 5], numbers(5, 3)) })).rejects.toMatchObject({
      code: 'InputInvalid',
      detail: 'input x is [1, 5], wanted [-1, 4] (-1: any size)',
    });
    await expect(session.run(feeds)).resolves.toHaveProperty('probabilities');
  });

  test('that have no program say so', async () => {
    const threads = new SessionThreads({ program: `${program}.gone`, threads: 1 });
    await expect(opened(threads)).rejects.toMatchObject({ code: 'Unavailable' });
    await threads.close();
  });

  test('are spread over threads, and run at the same time in each', async () => {
    const session = await opened(threadsOf(2));
    expect(session.width).toBe(2);
    const answers = await Promise.all([1, 2, 3, 4].map(() => session.run(feeds)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  test('come back after their thread died, with the model read again', async () => {
    const threads = threadsOf();
    let reads = 0;
    const session = await threads.open(denseModel(), () => Promise.resolve((reads++, denseModel())));
    const before = await session.run(feeds);
    const running = session.run(feeds).catch((error: unknown) => error);
    await threads.kill();
    expect(await running).toBeInstanceOf(ThreadDied);
    expect(await session.run(feeds)).toEqual(before);
    expect(reads).toBe(1);
  });
});

describe('a Model Server with threads', () => {
  test('answers what ticks while a long run is under way', async () => {
    const file = slowModel(100);
    const threads = threadsOf();
    const server = serverOf(
      sourceOf(() => Promise.resolve({ file, recorded: null })),
      { threads },
    );
    onTestFinished(() => server.close());
    const version = { model: 'slow', version: 1 };
    await server.ready(version);
    const x = float32([64, 512], new Float32Array(64 * 512));
    let ticks = 0;
    let turn: NodeJS.Immediate;
    const tick = () => {
      ticks++;
      turn = setImmediate(tick);
    };
    tick();
    await server.infer(version, asking({ x }), nobody);
    clearImmediate(turn!);
    // On this thread it would have been the two or three before the run and after.
    expect(ticks).toBeGreaterThan(20);
  });

  test('a thread that dies fails nobody: what it ran is run again', async () => {
    const threads = threadsOf();
    const server = serverOf(
      sourceOf(() => Promise.resolve({ file: slowModel(100), recorded: null })),
      { threads },
    );
    onTestFinished(() => server.close());
    const version = { model: 'slow', version: 1 };
    await server.ready(version);
    const x = float32([64, 512], new Float32Array(64 * 512));
    const answers = Promise.allSettled([1, 2, 3].map(() => server.infer(version, asking({ x }), nobody)));
    // So that the first has begun.
    await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
    await threads.kill();
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });
});
