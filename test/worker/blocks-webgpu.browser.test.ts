// A few steps of last blocks, on the GPU where there is one and on WASM: both end with the same weights.
import { expect, test } from 'vitest';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import { blockJob } from '../../src/core/teach/block-job.ts';
import { BlockEye, lookAt } from '../../src/core/teach/block-rows.ts';
import { composeClassifier } from '../../src/core/teach/compose-classifier.ts';
import type { Head } from '../../src/core/teach/head.ts';
import { partClassifier } from '../../src/core/teach/last-blocks.ts';
import { makeEmbedder } from '../../src/core/teach/make-embedder.ts';
import { augmentationOf, usualChanges } from '../../src/core/teach/photo-changes.ts';
import { fit } from '../../src/core/train/fit.ts';
import { openGpuStepHost } from '../../src/worker/gpu-step-host.ts';
import { hasWebGpu } from '../../src/worker/ort.ts';
import { openOrtSession } from '../../src/worker/ort-session.ts';
import { photoOfPixels } from '../../src/worker/project-photo.ts';
import { drawnPixels, photoModel } from './photo-model.ts';
import { hues } from './shown-project.ts';

const withWebGpu = await hasWebGpu();
const goOn = { checkpoint: () => Promise.resolve() };
const onWasm = (file: Uint8Array<ArrayBuffer>) => openOrtSession(file, 'wasm', 1);
const [photos, width] = [6, 24];

/** One that says nothing yet. */
const head: Head = {
  width,
  classes: 3,
  view: { middle: new Float32Array(width), scale: new Float32Array(width).fill(1) },
  weights: Float32Array.from({ length: 3 * width }, (_, i) => Math.sin(i)),
  biases: new Float32Array(3),
};

test(`${withWebGpu ? 'WebGPU' : 'WASM, where there is no WebGPU,'} moves blocks and head as WASM does`, async () => {
  const preparation = { height: 32, width: 32, layout: 'NCHW', channels: 3 } as const;
  const scale = { mean: [0, 0, 0], deviation: [1, 1, 1] };
  const point = { value: 'pooled', width, pools: false, share: 1 };
  const embedder = await makeEmbedder(photoModel(), point, { ...preparation, ...scale });
  const parted = partClassifier(composeClassifier(embedder, head));
  const eye = await BlockEye.open(parted, onWasm);
  const looked = await lookAt(
    {
      eye,
      boundary: parted.boundary,
      photo: row => Promise.resolve(photoOfPixels(drawnPixels(row, hues[row % 3]!), 64)),
      labels: Int32Array.from({ length: photos }, (_, row) => row % 3),
      views: 2,
      changes: augmentationOf(usualChanges, 32),
      seed: 1,
      control: goOn,
      onPhoto: () => undefined,
    },
    [...new Array(photos).keys()],
  );
  await eye.dispose();
  const rows = { train: looked.source!, validation: null, classes: 3 };
  const job = { ...blockJob(parted, rows, { seed: 1 }), epochs: 4 };
  const ended = async (host: Awaited<ReturnType<typeof openGpuStepHost>>) => {
    const { weights } = await fit(job, host, goOn, () => undefined);
    await host.dispose();
    return weights;
  };
  const wanted = await ended(memoryStepHost('wasm', onWasm));
  const got = await ended(withWebGpu ? await openGpuStepHost() : memoryStepHost('wasm', onWasm));
  expect([...wanted.keys()].sort()).toEqual(['W2', 'head.bias', 'head.weight']);
  for (const [name, { data }] of wanted) {
    const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const other = got.get(name)!.data as Float32Array;
    const apart = (data as Float32Array).reduce(
      (most, value, i) => Math.max(most, Math.abs(value - other[i]!)),
      0,
    );
    expect(apart / largest, name).toBeLessThan(1e-3);
  }
});
