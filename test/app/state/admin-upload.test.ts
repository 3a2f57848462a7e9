import { expect, test } from 'vitest';
import {
  createUpload,
  labelsFromText,
  nameFromFile,
  type UploadApi,
} from '../../../src/app/state/admin-upload.ts';
import type { Push } from '../../../src/core/artifact/registry-api.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { failure, HaversackError } from '../../../src/core/errors.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { float32 } from '../../../src/core/tensor.ts';

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

const face = { inputs: [], outputs: [], decision: null };
const inspect = async (file: Uint8Array<ArrayBuffer>) => {
  try {
    return ok({ ...inspectModel(file), interface: face });
  } catch (thrown) {
    if (thrown instanceof HaversackError) return fail(failure(thrown.code, thrown.detail));
    throw thrown;
  }
};

test('a file that is no model is refused with the reason, and nothing is sent', async () => {
  const { api, chunks } = registry();
  const upload = createUpload({ inspect, api: () => api });
  await upload.choose(new File(['not a model'], 'notes.txt'));
  expect(upload.state.value).toMatchObject({ phase: 'refused', failure: { code: 'NotOnnx' } });
  expect(chunks.size).toBe(0);
});

test('every chunk arrives before the commit; a refused commit leaves the file ready for another try', async () => {
  const { api, chunks, pushes } = registry();
  const upload = createUpload({ inspect, api: () => api });
  const file = model();
  await upload.choose(new File([file], 'Linear (1).onnx'));
  await upload.send('linear', ['a', 'b'], null);
  expect(pushes[0]?.push).toMatchObject({ labels: ['a', 'b'], file: { digest: await sha256(file) } });
  expect(pushes[0]!.push.file.chunks.every(chunk => chunks.has(chunk.digest))).toBe(true);
  expect(upload.state.value).toMatchObject({ phase: 'ready', failure: { code: 'Forbidden' } });
});

test('cancelling stops before the commit, without a complaint', async () => {
  const { api, pushes, block } = registry();
  const upload = createUpload({ inspect, api: () => api });
  await upload.choose(new File([model()], 'linear.onnx'));
  const release = block();
  const sending = upload.send('linear', null, null);
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
    inspect: async file => {
      if (first) {
        first = false;
        await slow;
      }
      return inspect(file);
    },
    api: () => api,
  });
  const early = upload.choose(new File(['x'], 'early.onnx'));
  await upload.choose(new File([model()], 'late.onnx'));
  finish();
  await early;
  expect(upload.state.value).toMatchObject({ phase: 'ready', inspected: { name: 'late.onnx' } });
});

test('a name is made from a file’s', () => {
  expect(nameFromFile('My Model (2).onnx')).toBe('my-model-2');
  expect(nameFromFile('数字.ONNX')).toBe('');
});

test('labels come one a line, or apart by commas, and a comma inside a line stays', () => {
  expect(labelsFromText('cat, dog;bird')).toEqual(['cat', 'dog', 'bird']);
  expect(labelsFromText('red, dark\nblue\n')).toEqual(['red, dark', 'blue']);
  expect(labelsFromText('  ')).toBeNull();
});
