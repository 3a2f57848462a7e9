// A version of this device as a page: from what the store has and what a host of the app's files gives.
import { unzipSync } from 'fflate';
import { beforeEach, expect, test } from 'vitest';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { Database } from '../../src/device/db.ts';
import { exportPage } from '../../src/device/export-page.ts';
import { runtimeCacheName } from '../../src/device/cache-names.ts';
import { smallModel, storeVersion } from '../worker/stored.ts';
import { freshDB } from './fresh-db.ts';

const face: ModelInterface = {
  inputs: [
    {
      name: 'x',
      datatype: 'FP32',
      shape: [-1, 2],
      meaning: { kind: 'features', names: ['a', 'b'], units: [null, null], ranges: null },
    },
  ],
  outputs: [
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [-1, 3],
      meaning: { kind: 'probabilities', unit: null },
    },
  ],
  decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0 },
};
const small = { model: 'small', version: 1, variant: 'fp32' } as const;

/** A host of the app's files: each is its own path. `missing` gets the page that hosts give for what they do not have. */
function host(missing: string | null = null): typeof fetch {
  const list = { wasm: ['/assets/worker.js', '/assets/ort.wasm'], webgpu: [], tfjs: [] };
  return path => {
    const name = path as string;
    if (name === missing) {
      return Promise.resolve(new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }));
    }
    const body = name === '/runtime.json' ? JSON.stringify(list) : name;
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/javascript' } }));
  };
}

async function stored(changes: Partial<ModelInterface> = {}): Promise<Database> {
  const { db } = await freshDB();
  await storeVersion(db, { model: 'small', overrides: { interface: { ...face, ...changes }, labels: null } });
  return db;
}

beforeEach(async () => {
  await caches.delete(runtimeCacheName);
});

test('a version becomes a zip with its very file, and what the app has built for such a model', async () => {
  const db = await stored();
  const zip = await exportPage(db, small, { licence: 'MIT', fetch: host() });
  const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
  expect(files['model.onnx']).toEqual(smallModel());
  expect(new TextDecoder().decode(files['page.js'])).toBe('/page/sample.js');
  expect(JSON.parse(new TextDecoder().decode(files['manifest.json']))).toMatchObject({
    model: 'small',
    version: 1,
    variant: 'fp32',
    licence: 'MIT',
    interface: face,
  });
});

test('what is kept of the runtime is not asked for again', async () => {
  const db = await stored();
  const cache = await caches.open(runtimeCacheName);
  const list = { wasm: ['/assets/kept.wasm'], webgpu: [], tfjs: [] };
  await cache.put('/runtime.json', new Response(JSON.stringify(list)));
  await cache.put('/assets/kept.wasm', new Response('kept'));
  const asked: string[] = [];
  const given = host();
  const watched: typeof fetch = (path, init) => {
    asked.push(path as string);
    return given(path, init);
  };
  await exportPage(db, small, { licence: null, fetch: watched });
  expect(asked.sort()).toEqual([
    '/page/LICENSES.txt',
    '/page/page.css',
    '/page/runtime.js',
    '/page/sample.js',
  ]);
});

test('is refused for what is not here, what a page cannot ask for, and where a file cannot be had', async () => {
  const db = await stored();
  const none = { licence: null, fetch: host() };
  await expect(exportPage(db, { ...small, version: 2 }, none)).rejects.toMatchObject({
    code: 'NotInstalled',
  });
  await expect(exportPage(db, { candidate: 'a'.repeat(64) }, none)).rejects.toMatchObject({
    code: 'NotFound',
  });
  const without = host('/page/runtime.js');
  await expect(exportPage(db, small, { licence: null, fetch: without })).rejects.toMatchObject({
    code: 'Offline',
  });
  const undecided = await stored({ decision: null });
  await expect(exportPage(undecided, small, none)).rejects.toMatchObject({ code: 'InputInvalid' });
});
