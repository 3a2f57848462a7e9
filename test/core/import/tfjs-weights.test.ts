import '@tensorflow/tfjs-backend-cpu';
import { io, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { readWeights, type WeightEntry } from '../../../src/core/import/tfjs-weights.ts';

beforeAll(() => setBackend('cpu'));

const read = (weights: WeightEntry[], bytes: Bytes) =>
  readWeights([{ paths: ['w.bin'], weights }], [{ path: 'x/w.bin', bytes }], 'x/');

const quantized: [WeightEntry, number[]][] = [
  [
    { name: 'w', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', min: -1, scale: 0.02 } },
    [0, 7, 255],
  ],
  [
    { name: 'w', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', min: -2, scale: 0.001 } },
    [1, 0, 255, 255],
  ],
  [
    { name: 'w', shape: [4], dtype: 'float32', quantization: { dtype: 'float16' } },
    [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b],
  ],
  [{ name: 'w', shape: [2], dtype: 'int32', quantization: { dtype: 'uint8', min: 10, scale: 1.5 } }, [1, 3]],
  [{ name: 'w', shape: [2, 1], dtype: 'int32' }, [1, 0, 0, 0, 255, 255, 255, 255]],
  [{ name: 'w', shape: [3], dtype: 'bool' }, [1, 0, 1]],
];

it.each(quantized)('unfolds %j as TensorFlow.js does', (entry, bytes) => {
  const whole = Uint8Array.from(bytes);
  const theirs = io.decodeWeights(whole.buffer, [entry as io.WeightsManifestEntry])['w'] as Tensor;
  const ours = read([entry], whole).get('w')!;
  expect(ours.shape).toEqual(entry.shape);
  expect([...(ours.data as Float32Array)]).toEqual([...theirs.dataSync()]);
});

it('reads texts, which are as long as they say', () => {
  const bytes = Uint8Array.from([2, 0, 0, 0, 0x68, 0x69, 0, 0, 0, 0]);
  expect(read([{ name: 'w', shape: [2], dtype: 'string' }], bytes).get('w')).toEqual({
    datatype: 'BYTES',
    shape: [2],
    data: ['hi', ''],
  });
});

it('joins shards within a weight, and finds them by their names where they came without a folder', () => {
  const floats = new Uint8Array(Float32Array.from([1, 2]).buffer);
  const weights = readWeights(
    [{ paths: ['a/1.bin', 'a/2.bin'], weights: [{ name: 'w', shape: [2], dtype: 'float32' }] }],
    [
      { path: '2.bin', bytes: floats.slice(3) },
      { path: '1.bin', bytes: floats.slice(0, 3) },
    ],
    '',
  );
  expect([...(weights.get('w')!.data as Float32Array)]).toEqual([1, 2]);
});

describe('refuses', () => {
  const four = new Uint8Array(4);
  it.each([
    ['more than the shard holds', [{ name: 'w', shape: [2], dtype: 'float32' }], 'ends at byte 8'],
    ['less', [{ name: 'w', shape: [3], dtype: 'bool' }], 'has 4 bytes, its weights take 3'],
    [
      'a shape beyond all memory',
      [{ name: 'w', shape: [2 ** 31, 2 ** 31], dtype: 'float32' }],
      "weight 'w' is [",
    ],
    ['a text that is longer than the file', [{ name: 'w', shape: [2], dtype: 'string' }], 'ends after 1'],
    ['complex numbers', [{ name: 'w', shape: [], dtype: 'complex64' }], 'complex64'],
    [
      'a quantization without a scale',
      [{ name: 'w', shape: [4], dtype: 'float32', quantization: { dtype: 'uint8' } }],
      'without a way back',
    ],
    [
      'a name that comes twice',
      [
        { name: 'w', shape: [2], dtype: 'bool' },
        { name: 'w', shape: [2], dtype: 'bool' },
      ],
      'twice',
    ],
  ] satisfies [string, WeightEntry[], string][])('%s', (_, weights, detail) => {
    expect(() => read(weights, four)).toThrow(
      expect.objectContaining({ code: 'ImportImpossible', detail: expect.stringContaining(detail) }),
    );
  });

  it('a file that is named twice, or stands for two of one name', () => {
    const group = (path: string) => ({
      paths: [path],
      weights: [{ name: path, shape: [4], dtype: 'bool' as const }],
    });
    const files = [{ path: 'w.bin', bytes: four }];
    for (const paths of [
      ['w.bin', 'w.bin'],
      ['a/w.bin', 'b/w.bin'],
    ]) {
      expect(() => readWeights(paths.map(group), files, '')).toThrow(
        expect.objectContaining({ code: 'ImportImpossible', detail: expect.stringContaining(paths[1]!) }),
      );
    }
  });

  it('a shard that is not there, by name', () => {
    expect(() => readWeights([{ paths: ['gone.bin'], weights: [] }], [], '')).toThrow(
      expect.objectContaining({ code: 'ExternalDataMissing', detail: expect.stringContaining("'gone.bin'") }),
    );
  });
});
