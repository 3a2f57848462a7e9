import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import { importTeachableMachine } from '../../../../src/core/import/teachable-machine/import-teachable-machine.ts';
import { isTeachableMachineMetadata } from '../../../../src/core/import/teachable-machine/metadata.ts';
import { embeddingPoints } from '../../../../src/core/teach/embedding-points.ts';
import { float32 } from '../../../../src/core/tensor.ts';
import { answersOf, difference, random, ranOnnx } from '../tfjs-layers/saved.ts';
import { exported, imageSize, labels, trained } from './exported.ts';

let model: LayersModel;
let files: ImportFile[];

beforeAll(async () => {
  await tf.setBackend('cpu');
  model = trained();
  files = await exported(model);
}, 60_000);

const named = (path: string) => files.find(file => file.path === path)!;
const imported = (metadata = named('metadata.json')) =>
  importTeachableMachine(named('model.json'), metadata, files);

describe('an image model of Teachable Machine', () => {
  it('answers as it does in TensorFlow.js', async () => {
    const shape = [1, imageSize, imageSize, 3];
    const input = float32(shape, random(imageSize * imageSize * 3, 5));
    const [wanted] = answersOf(model, [input]);
    const [got] = await ranOnnx(imported().model, [input]);
    expect(got!.shape).toEqual([1, labels.length]);
    expect(difference(got!, wanted!)).toBeLessThanOrEqual(1e-4);
    // Not the answer to any photo.
    expect(Math.max(...(wanted!.data as Float32Array))).toBeLessThan(0.99);
  });

  it('says what its pixels and its classes are', () => {
    const { format, interface: face, labels: read, notes } = imported();
    expect(format).toBe('teachable-machine');
    expect(read).toEqual(labels);
    expect(face.inputs).toMatchObject([
      {
        datatype: 'FP32',
        shape: [-1, imageSize, imageSize, 3],
        meaning: { kind: 'image', layout: 'NHWC', range: [-1, 255 / 127 - 1], preparation: 'pixels' },
      },
    ]);
    expect(face.outputs).toMatchObject([{ shape: [-1, 3], meaning: { kind: 'probabilities' } }]);
    expect(face.decision).toMatchObject({ kind: 'softmax', from: 'probabilities' });
    expect(notes).toContainEqual({ code: 'machineImage' });
  });

  it('can be taught from: its network gives the embedding, before the layers that name', () => {
    const [point] = embeddingPoints(imported().model, labels);
    expect(point).toMatchObject({ width: 1280, pools: false });
    expect(point!.share).toBeLessThan(1);
  });

  it('whose labels are not as many as its classes comes without them, and says so', () => {
    const changed = JSON.stringify({ tmVersion: '2.4.10', imageSize, labels: ['one', 'two'] });
    const { labels: read, notes } = imported({
      path: 'metadata.json',
      bytes: new TextEncoder().encode(changed),
    });
    expect(read).toBeNull();
    expect(notes).toContainEqual({ code: 'labelsLeftOut', count: 2 });
  });
});

it.each([
  [{ packageName: '@teachablemachine/image', labels: ['a'] }, true],
  [{ packageName: '@teachablemachine/pose', labels: ['a'] }, true],
  [{ tfjsSpeechCommandsVersion: '0.4.0', wordLabels: ['a'] }, true],
  [{ labels: ['a'] }, false],
  ['text', false],
])('%j is Teachable Machine’s: %s', (metadata, is) => {
  const bytes = new TextEncoder().encode(JSON.stringify(metadata));
  expect(isTeachableMachineMetadata({ path: 'metadata.json', bytes })).toBe(is);
});
