import { beforeEach, expect, test } from 'vitest';
import { runtimeCacheName } from '../../src/device/cache-names.ts';
import {
  cacheRuntime,
  dropOldRuntime,
  prepareRuntime,
  runtimeCached,
  type RuntimeList,
  type RuntimeProgress,
} from '../../src/device/runtime-cache.ts';

const one: RuntimeList = {
  wasm: ['/assets/worker-1.js', '/assets/ort-1.wasm'],
  webgpu: ['/assets/worker-1.js', '/assets/gpu-1.wasm'],
  tfjs: ['/assets/tfjs-1.js'],
};
const two: RuntimeList = {
  wasm: ['/assets/worker-2.js', '/assets/ort-1.wasm'],
  webgpu: ['/assets/worker-2.js', '/assets/gpu-2.wasm'],
  tfjs: ['/assets/tfjs-2.js'],
};

let requests: string[];
let answers: Map<string, () => Response>;

/** A server of the built app. */
const send: typeof fetch = input => {
  const path = input as string;
  requests.push(path);
  const answer = answers.get(path);
  return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('Failed to fetch'));
};

function deploy(list: RuntimeList): void {
  for (const path of [list.wasm, list.webgpu, list.tfjs].flat()) answers.set(path, () => new Response(path));
  answers.set('/runtime.json', () => Response.json(list));
}

async function cached(): Promise<string[]> {
  const keys = await (await caches.open(runtimeCacheName)).keys();
  return keys.map(request => new URL(request.url).pathname).sort();
}

beforeEach(async () => {
  await caches.delete(runtimeCacheName);
  requests = [];
  answers = new Map();
  deploy(one);
});

test('keeps the files of the kinds asked for, each fetched once', async () => {
  const progress: RuntimeProgress[] = [];
  await cacheRuntime(['wasm', 'webgpu'], { fetch: send, onProgress: p => progress.push(p) });
  expect(progress.at(-1)).toEqual({ doneFiles: 3, totalFiles: 3 });
  expect(await runtimeCached('wasm', { fetch: send })).toBe(true);
  expect(await runtimeCached('tfjs', { fetch: send })).toBe(false);
  await cacheRuntime(['wasm'], { fetch: send });
  expect(requests.filter(path => path.startsWith('/assets/'))).toHaveLength(3);
});

test('knows without a network what is here', async () => {
  await cacheRuntime(['wasm'], { fetch: send });
  answers.clear();
  expect(await runtimeCached('wasm', { fetch: send })).toBe(true);
  expect(await runtimeCached('webgpu', { fetch: send })).toBe(false);
});

test('a page or a cut line in place of a file is not kept', async () => {
  answers.set('/assets/ort-1.wasm', () => {
    return new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
  });
  await expect(cacheRuntime(['wasm'], { fetch: send })).rejects.toMatchObject({ code: 'Offline' });
  answers.set('/assets/ort-1.wasm', () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new TypeError('network error'));
      },
    });
    return new Response(body);
  });
  await expect(cacheRuntime(['wasm'], { fetch: send })).rejects.toMatchObject({ code: 'Offline' });
  expect(await cached()).toEqual(['/assets/worker-1.js']);
  expect(await runtimeCached('wasm', { fetch: send })).toBe(false);
});

test('a new build fetches what the old one had before the old files go', async () => {
  await cacheRuntime(['wasm'], { fetch: send });
  deploy(two);
  requests.length = 0;
  await prepareRuntime(two, { fetch: send });
  // The same ONNX Runtime, by its hash: only the worker is new. Nobody had WebGPU or TensorFlow.js here.
  expect(requests).toEqual(['/assets/worker-2.js']);
  expect(await cached()).toContain('/assets/worker-1.js');
  await dropOldRuntime(two);
  expect(await cached()).toEqual(['/assets/ort-1.wasm', '/assets/worker-2.js', '/runtime.json']);
  answers.clear();
  expect(await runtimeCached('wasm', { fetch: send })).toBe(true);
});
