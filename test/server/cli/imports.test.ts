import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { manifestSchema } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import type { ImportFile } from '../../../src/core/import/imported.ts';
import { randomize, saved } from '../../core/import/tfjs-layers/saved.ts';
import { haversack, startedServer } from './captured.ts';
import { smallModel } from './models.ts';

let server: Awaited<ReturnType<typeof startedServer>>;
let files: ImportFile[];

beforeAll(async () => {
  await tf.setBackend('cpu');
  server = await startedServer();
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  randomize(model);
  files = await saved(model, 100);
  model.dispose();
  const metadata = { tmVersion: '2.4.10', packageName: '@teachablemachine/image', labels: ['cup', 'spoon'] };
  const told = { path: 'metadata.json', bytes: new TextEncoder().encode(JSON.stringify(metadata)) };
  const zip = zipSync(Object.fromEntries([...files, told].map(({ path, bytes }) => [path, bytes])));
  await writeFile(join(server.folder, 'tm.zip'), zip);
  await mkdir(join(server.folder, 'web_model'));
  for (const { path, bytes } of files) await writeFile(join(server.folder, 'web_model', path), bytes);
  await writeFile(join(server.folder, 'net.h5'), '\x89HDF\r\n\x1a\n', 'latin1');
  await writeFile(join(server.folder, 'plain.onnx'), smallModel({}));
});
afterAll(() => server.close());

function call(...args: string[]) {
  return haversack(server.folder, args, { env: { HAVERSACK_URL: server.url } });
}

async function answerOf(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await call(...args, '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out) as Record<string, unknown>;
}

async function manifestOf(model: string) {
  const answer = await fetch(`${server.url}/registry/v1/models/${model}/versions/1`);
  return readDocument(((await answer.json()) as VersionDetail).manifest, manifestSchema);
}

describe('push', () => {
  it.each([
    ['a model.json, whose shards lie beside it', 'web_model/model.json'],
    ['a folder', 'web_model'],
  ])('converts %s', async (_, path) => {
    const model = path.replace(/\W+/g, '-');
    expect(await answerOf('push', path, '--model', model)).toMatchObject({
      version: 1,
      format: 'tfjs-layers',
    });
    const { interface: face, labels } = await manifestOf(model);
    expect(face.inputs).toMatchObject([{ shape: [-1, 8, 8, 3], meaning: null }]);
    expect(face.decision).toMatchObject({ kind: 'softmax' });
    expect(labels).toBeNull();
  });

  it('takes labels and pixels from a Teachable Machine zip, and says what was done', async () => {
    const { out } = await call('push', 'tm.zip', '--model', 'cups');
    expect(out).toMatch(/^cups@1 is in the registry/);
    expect(out).toContain('Teachable Machine');
    expect(await manifestOf('cups')).toMatchObject({
      labels: ['cup', 'spoon'],
      interface: { inputs: [{ meaning: { kind: 'image', layout: 'NHWC', range: [-1, 255 / 127 - 1] } }] },
    });
  });

  it('takes what a person says before what the file says', async () => {
    await answerOf('push', 'tm.zip', '--model', 'said', '--labels', 'a,b', '--pixels', '0,255');
    expect(await manifestOf('said')).toMatchObject({
      labels: ['a', 'b'],
      interface: { inputs: [{ meaning: { range: [0, 255] } }] },
    });
  });

  it.each([
    ['of another format, with the command that converts it', ['net.h5'], 1, 'tf2onnx.convert --keras net.h5'],
    ['with pixels that takes none', ['plain.onnx', '--pixels', '0,1'], 2, '--pixels'],
    ['with pixels that are no two numbers', ['plain.onnx', '--pixels', '0'], 2, 'black and white'],
    ['that is not there', ['gone.zip'], 1, 'There is no such file'],
  ])('refuses a model %s', async (_, args, code, text) => {
    const outcome = await call('push', ...args, '--model', 'refused');
    expect(outcome.code).toBe(code);
    expect(outcome.err).toContain(text);
    expect(outcome.err).toMatch(/^[^\n]+\n[^\n]+\n[^\n]+\n$/);
  });

  it('reads nothing that lies outside of the model’s folder, whatever its model.json names', async () => {
    await mkdir(join(server.folder, 'sly'), { recursive: true });
    await writeFile(join(server.folder, 'secret.bin'), new Uint8Array(4));
    const json = JSON.stringify({
      format: 'layers-model',
      modelTopology: { class_name: 'Sequential', config: { layers: [] } },
      weightsManifest: [{ paths: ['../secret.bin'], weights: [{ name: 'a', shape: [1], dtype: 'float32' }] }],
    });
    await writeFile(join(server.folder, 'sly', 'model.json'), json.replace('[]', '[{"class_name":"Dense"}]'));
    const { err } = await call('push', 'sly/model.json', '--model', 'sly');
    expect(err).toContain("'../secret.bin', which is not there");
  });
});

it('inspect looks into what push takes', async () => {
  const value = await answerOf('inspect', './web_model/model.json');
  expect(value).toMatchObject({ inputs: [{ shape: [-1, 8, 8, 3] }], operators: { Conv: 1, Gemm: 1 } });
  expect((await call('inspect', './tm.zip')).out).toContain('Teachable Machine');
});

it('convert writes one ONNX file, which knows its labels', async () => {
  const value = await answerOf('convert', 'tm.zip', '--out', 'cups.onnx');
  expect(value).toMatchObject({ format: 'teachable-machine', labels: ['cup', 'spoon'], out: 'cups.onnx' });
  const pixels = JSON.stringify(new Array<number>(8 * 8 * 3).fill(0.5));
  await writeFile(join(server.folder, 'x.json'), `[${pixels}]`);
  const { rows } = (await answerOf('predict', './cups.onnx', '--input', 'x.json')) as {
    rows: { label: string }[];
  };
  expect(['cup', 'spoon']).toContain(rows[0]!.label);
});
