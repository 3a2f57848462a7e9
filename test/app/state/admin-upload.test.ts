import { expect, test } from 'vitest';
import { createUpload, type UploadApi, type UploadOptions } from '../../../src/app/state/admin-upload.ts';
import { labelsFromText, nameFromFile } from '../../../src/app/state/brought-model.ts';
import type { Push } from '../../../src/core/artifact/registry-api.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { failure, HaversackError } from '../../../src/core/errors.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { bringModel } from '../../../src/worker/bring-model.ts';

const nothingSaid = { labels: null, note: null, pixels: null };

/** y = x · w, with a weight large enough for chunks of its own. */
function model(): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('linear');
  graph.input('x', 'FP32', [-1, 64]);
  graph.initializer('w', float32([64, 64], new Float32Array(64 * 64).fill(0.5)));
  graph.node('MatMul', ['x', 'w'], ['y']);
  graph.output('y', 'FP32', [-1, 64]);
  return graph.build({ producer: 'test' });
}

/** Keeps what is put; commits only what it has whole. */
function registry() {
  const chunks = new Map<string, Uint8Array>();
  const pushes: { model: string; push: Push }[] = [];
  let hold: Promise<void> = Promise.resolve();
  const api: UploadApi = {
    missing: async digests => digests.filter(digest => !chunks.has(digest)),
    putChunk: async (digest, bytes, signal) => {
      await hold;
      if (signal?.aborted) throw new HaversackError('Aborted', 'called off');
      expect(await sha256(bytes)).toBe(digest);
      chunks.set(digest, bytes);
    },
    push: async (name, push) => {
      const lacking = push.file.chunks.filter(chunk => !chunks.has(chunk.digest));
      if (lacking.length > 0) throw new HaversackError('ChunkMissing', String(lacking.length));
      pushes.push({ model: name, push });
      throw new HaversackError('Forbidden', 'needs the role admin');
    },
  };
  return {
    api,
    chunks,
    pushes,
    block: () => {
      let release: () => void = () => undefined;
      hold = new Promise(resolve => (release = resolve));
      return release;
    },
  };
}

const given = (name: string, content: BlobPart, path = name) => ({ file: new File([content], name), path });

/** As the worker does it. */
const bring: UploadOptions['bring'] = async files => {
  try {
    return ok(await bringModel(files));
  } catch (thrown) {
    if (thrown instanceof HaversackError) return fail(failure(thrown.code, thrown.detail));
    throw thrown;
  }
};

test('a file that is no model is refused with the reason, and nothing is sent', async () => {
  const { api, chunks } = registry();
  const upload = createUpload({ bring, api: () => api });
  await upload.choose([given('notes.txt', 'not a model')]);
  expect(upload.state.value).toMatchObject({ phase: 'refused', failure: { code: 'NotOnnx' } });
  expect(chunks.size).toBe(0);
});

test('every chunk arrives before the commit; a refused commit leaves the file ready for another try', async () => {
  const { api, chunks, pushes } = registry();
  const upload = createUpload({ bring, api: () => api });
  const file = model();
  await upload.choose([given('Linear (1).onnx', file)]);
  await upload.send('linear', { ...nothingSaid, labels: ['a', 'b'] });
  expect(pushes[0]?.push).toMatchObject({
    labels: ['a', 'b'],
    interface: null,
    file: { digest: await sha256(file) },
  });
  expect(pushes[0]!.push.file.chunks.every(chunk => chunks.has(chunk.digest))).toBe(true);
  expect(upload.state.value).toMatchObject({ phase: 'ready', failure: { code: 'Forbidden' } });
});

test('cancelling stops before the commit, without a complaint', async () => {
  const { api, pushes, block } = registry();
  const upload = createUpload({ bring, api: () => api });
  await upload.choose([given('linear.onnx', model())]);
  const release = block();
  const sending = upload.send('linear', nothingSaid);
  await expect.poll(() => upload.state.value.phase).toBe('sending');
  upload.cancel();
  release();
  await sending;
  expect(upload.state.value).toMatchObject({ phase: 'ready', failure: null });
  expect(pushes).toEqual([]);
});

test('a later choice wins over one that is still being looked at', async () => {
  const { api } = registry();
  let finish: () => void = () => undefined;
  const slow = new Promise<void>(resolve => (finish = resolve));
  let first = true;
  const upload = createUpload({
    bring: async files => {
      if (first) {
        first = false;
        await slow;
      }
      return bring(files);
    },
    api: () => api,
  });
  const early = upload.choose([given('early.onnx', 'x')]);
  await upload.choose([given('late.onnx', model())]);
  finish();
  await early;
  expect(upload.state.value).toMatchObject({ phase: 'ready', inspected: { name: 'late.onnx' } });
});

/** A layers model of TensorFlow.js: softmax(x · w) of images of one pixel. */
function layersModel() {
  const layers = [
    { class_name: 'Flatten', config: { name: 'f', batch_input_shape: [null, 1, 1, 3] } },
    { class_name: 'Dense', config: { name: 'd', activation: 'softmax' } },
  ];
  const json = JSON.stringify({
    format: 'layers-model',
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers } },
    weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [3, 2], dtype: 'float32' }] }],
  });
  return [
    given('model.json', json, 'my net/model.json'),
    given('w.bin', new Uint8Array(24), 'my net/w.bin'),
    given('notes.txt', 'hello', 'my net/notes.txt'),
  ];
}

test('a folder with a model of another format is converted, and goes with what it means', async () => {
  const { api, pushes, chunks } = registry();
  const upload = createUpload({ bring, api: () => api });
  await upload.choose(layersModel());
  expect(upload.state.value).toMatchObject({
    phase: 'ready',
    inspected: { name: 'my net', labels: null, imported: { format: 'tfjs-layers' } },
  });
  await upload.send('net', { labels: ['a', 'b'], note: null, pixels: [0, 255] });
  expect(chunks.size).toBeGreaterThan(0);
  expect(pushes[0]!.push).toMatchObject({
    labels: ['a', 'b'],
    interface: {
      inputs: [{ shape: [-1, 1, 1, 3], meaning: { kind: 'image', layout: 'NHWC', range: [0, 255] } }],
      decision: { kind: 'softmax' },
    },
  });
});

test('a model of a format that is not read is told apart', async () => {
  const upload = createUpload({ bring, api: () => registry().api });
  await upload.choose([given('net.tflite', 'xxxxTFL3xxxx')]);
  expect(upload.state.value).toMatchObject({ phase: 'foreign', format: 'tflite', path: 'net.tflite' });
});

test('a name is made from a file’s', () => {
  expect(nameFromFile('My Model (2).onnx')).toBe('my-model-2');
  expect(nameFromFile('数字.ONNX')).toBe('');
  expect(nameFromFile('tm-my-image-model.zip')).toBe('tm-my-image-model');
});

test('labels come one a line, or apart by commas, and a comma inside a line stays', () => {
  expect(labelsFromText('cat, dog;bird')).toEqual(['cat', 'dog', 'bird']);
  expect(labelsFromText('red, dark\nblue\n')).toEqual(['red, dark', 'blue']);
  expect(labelsFromText('  ')).toBeNull();
});
