// Where a run computes in a browser: what is timed, what is chosen, and what happens where the GPU goes away.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/data/random.ts';
import { float32, type Tensor } from '../../src/core/tensor.ts';
import type { ChosenHost } from '../../src/core/train/choose-host.ts';
import { fit, type FitJob, type Fitted } from '../../src/core/train/fit.ts';
import { type Checkpoints, fromTheStart } from '../../src/core/train/fit-state.ts';
import { newModel, parseNewModel } from '../../src/core/train/new-model.ts';
import type { OpenHost } from '../../src/core/train/onnx-engine.ts';
import { inMemory } from '../../src/core/train/samples.ts';
import { trainableGraph } from '../../src/core/train/trainable-graph.ts';
import { whileDevicesLast } from '../../src/core/train/while-devices-last.ts';
import { requestGpuDevice } from '../../src/worker/gpu-device.ts';
import { gpuStepHost } from '../../src/worker/gpu-step-host.ts';
import { hasWebGpu, loadOrt, threads } from '../../src/worker/ort.ts';
import { trainHosts } from '../../src/worker/train-hosts.ts';

const withGpu = await hasWebGpu();
const goOn = { checkpoint: () => Promise.resolve() };

function jobOf(epochs: number): FitJob {
  const random = seededRandom(7);
  const rows = 48;
  const values = Float32Array.from({ length: rows * 2 }, () => random.uniform() * 2 - 1);
  const target: Tensor = {
    datatype: 'INT32',
    shape: [rows],
    data: Int32Array.from({ length: rows }, (_, row) =>
      values[2 * row]! * values[2 * row + 1]! > 0 ? 1 : 0,
    ),
  };
  const data = { values, columns: 2, target: { classes: 2 } };
  const model = trainableGraph(newModel(parseNewModel('mlp:8'), data, seededRandom(1)));
  return {
    model,
    output: 'probabilities',
    trainable: new Set([...model.initializers.keys()].filter(name => /\.(weight|bias)$/.test(name))),
    train: inMemory({ rows, inputs: { features: float32([rows, 2], values) }, target }),
    validation: null,
    loss: { kind: 'cross-entropy' },
    optimizer: { kind: 'adam' },
    statistics: 'batch',
    learningRate: 0.01,
    schedule: { kind: 'constant' },
    warmUpSteps: 0,
    epochs,
    patience: null,
    batchSize: 16,
    seed: 3,
    maxCacheBytes: 2 ** 20,
  };
}

async function fitOn(openHost: OpenHost, job: FitJob): Promise<Fitted> {
  const host = await openHost(() => job, goOn, 0);
  return fit(job, host, goOn, () => undefined).finally(() => host.dispose());
}

/** Largest |difference|, as a share of the largest |weight|. */
function distance(a: Fitted, b: Fitted): number {
  let [largest, furthest] = [0, 0];
  for (const [name, { data }] of a.weights) {
    const other = b.weights.get(name)!.data as Float32Array;
    (data as Float32Array).forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value));
      furthest = Math.max(furthest, Math.abs(value - other[i]!));
    });
  }
  return furthest / largest;
}

const noChoice = (): void => undefined;

test('a long run times one thread, all threads and the GPU, and takes the fastest that agrees', async () => {
  let chosen: ChosenHost | null = null;
  const host = await trainHosts('auto', told => (chosen = told))(() => jobOf(1e9), goOn, 0);
  const { timings, candidate } = chosen!;
  const expected = [
    ['wasm', 1],
    ...(threads > 1 ? [['wasm', threads]] : []),
    ...(withGpu ? [['webgpu', 1]] : []),
  ];
  expect(timings.filter(({ captured }) => !captured).map(each => [each.provider, each.threads])).toEqual(
    expected,
  );
  expect(timings.filter(({ failure }) => failure !== null)).toEqual([]);
  const fastest = Math.min(...timings.map(({ stepMs }) => stepMs!));
  const own = timings.find(
    each => each.provider === candidate.provider && each.threads === candidate.threads,
  )!;
  // Another one must be faster by a tenth to be taken.
  expect(own.stepMs! * 0.9 ** 3).toBeLessThanOrEqual(fastest);
  expect(host.provider).toBe(candidate.provider);
  await host.dispose();
  // A software adapter compiles slowly.
}, 120_000);

test('a short run has one thread, and the same bits twice', async () => {
  const [a, b] = [
    await fitOn(trainHosts('auto', noChoice), jobOf(5)),
    await fitOn(trainHosts('wasm', noChoice), jobOf(5)),
  ];
  expect([a.provider, b.provider]).toEqual(['wasm', 'wasm']);
  expect([...a.weights]).toEqual([...b.weights]);
});

test.runIf(!withGpu)('the GPU is not to be had where there is none', async () => {
  const opening = trainHosts('webgpu', noChoice)(() => jobOf(1), goOn, 0);
  await expect(opening).rejects.toMatchObject({ code: 'RuntimeFailed' });
});

describe.runIf(withGpu)('on the GPU', () => {
  test('fifty steps end with the weights that one thread ends with', async () => {
    const onGpu = await fitOn(trainHosts('webgpu', noChoice), jobOf(17));
    expect(onGpu).toMatchObject({ provider: 'webgpu', steps: 51 });
    expect(distance(await fitOn(trainHosts('wasm', noChoice), jobOf(17)), onGpu)).toBeLessThan(1e-4);
  });

  test('a run whose devices go away goes on from its last state: on another device, then on one thread', async () => {
    const job = jobOf(10);
    const devices: GPUDevice[] = [];
    const providers: string[] = [];
    let begun: (number | null)[] = [];
    const hosts = trainHosts('webgpu', noChoice);
    /** The first two devices are the test's, to be destroyed; after them it is as it is in the app. */
    const openHost: OpenHost = async (_, control, losses) => {
      if (losses > 1) return hosts(() => job, control, losses);
      devices.push((await requestGpuDevice())!);
      return gpuStepHost(await loadOrt('webgpu'), devices.at(-1)!);
    };
    let asked = 0;
    const checkpoints: Checkpoints = {
      due: () => ++asked % 4 === 0,
      save: () => Promise.resolve(),
    };
    const fitted = await whileDevicesLast({ ...fromTheStart, checkpoints }, async (from, losses) => {
      begun = [...begun, from.resume && from.resume.step];
      const host = await openHost(() => job, goOn, losses);
      providers.push(host.provider);
      const loseAt = [6, 15][losses];
      const control = ({ step }: { step: number }) => {
        if (step === loseAt) devices.at(-1)!.destroy();
      };
      return fit(job, host, goOn, control, from).finally(() => host.dispose());
    });
    expect(providers).toEqual(['webgpu', 'webgpu', 'wasm']);
    expect(begun[0]).toBeNull();
    expect(begun[1]).toBe(4);
    expect(begun[2]).toBeGreaterThan(4);
    expect(distance(await fitOn(trainHosts('wasm', noChoice), job), fitted)).toBeLessThan(1e-4);
  }, 120_000);

  test('after the first loss the GPU is asked for again', async () => {
    const host = await trainHosts('auto', noChoice)(() => jobOf(1), goOn, 1);
    expect(host.provider).toBe('webgpu');
    await host.dispose();
  });
});
