import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { StringStringEntryProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import {
  foldExternalData,
  loadExternalData,
  pointIntoFile,
  splitExternalData,
} from '../../../src/core/onnx/external-data.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, denseModel, numbers } from './models.ts';

/** `w` of `denseModel`, FP32 [4, 3], said to lie elsewhere. */
function withEntries(entries: Readonly<Record<string, string>>): Bytes {
  const model = readModel(denseModel());
  const weight = model.graph!.initializer[0]!;
  weight.rawData = new Uint8Array();
  weight.dataLocation = 1;
  weight.externalData = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  return writeModel(model);
}

const weightBytes = new Uint8Array(numbers(12).buffer);
const shifted = Uint8Array.from([9, 9, 9, ...weightBytes, 9]);

/** Weights in an initializer, in a Constant node and in a nested graph, and what a schema to come may add. */
function widespread(): Bytes {
  const branch = new Graph();
  branch.initializers.set('inner', float32([600], numbers(600, 3)));
  branch.add('Add', ['x', 'inner'], ['then']);
  branch.outputs = [{ name: 'then', datatype: 'FP32', shape: [600] }];
  const model = readModel(
    new GraphBuilder('widespread')
      .input('x', 'FP32', [600])
      .input('c', 'BOOL', [])
      .initializer('w', float32([600], numbers(600, 1)))
      .node('Constant', [], ['k'], { value: { tensor: float32([600], numbers(600, 2)) } })
      .node('Sum', ['x', 'w', 'k'], ['s'])
      .node('If', ['c'], ['y'], {
        then_branch: { graph: branch.toModel().graph! },
        else_branch: { graph: branch.toModel().graph! },
      })
      .output('s', 'FP32', [600])
      .output('y', 'FP32', [600])
      .build(),
  );
  model.graph!.initializer.push(
    create(TensorProtoSchema, {
      name: 'packed',
      dims: [4001n],
      dataType: 22,
      rawData: new Uint8Array(2001).fill(0x21),
    }),
  );
  model.$unknown = [{ no: 99, wireType: 0, data: Uint8Array.of(7) }];
  return writeModel(model);
}

describe('splitExternalData and foldExternalData', () => {
  test('undo each other, byte for byte, wherever weights lie', async () => {
    for (const file of [widespread(), denseModel(), convolutionModel()]) {
      const { model, data } = splitExternalData(file, 'weights/all.bin');
      expect(await foldExternalData(model, () => data)).toEqual(file);
    }
  });

  test('for any size from which weights are put out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), async minBytes => {
        const { model, data } = splitExternalData(widespread(), 'w', minBytes);
        expect(await foldExternalData(model, () => data)).toEqual(widespread());
      }),
      { numRuns: 10, seed: 1 },
    );
  });

  test('put every larger weight on a page of its own, and leave the small ones', async () => {
    const { model, data } = splitExternalData(widespread(), 'weights.bin');
    const places = readModel(model).graph!.initializer.map(({ externalData }) => externalData);
    expect(places.map(entries => entries.map(({ key, value }) => `${key} ${value}`))).toEqual([
      ['location weights.bin', 'offset 0', 'length 2400'],
      ['location weights.bin', 'offset 4096', 'length 2001'],
    ]);
    expect(data.length).toBe(4 * 4096 + 2400);
    expect(splitExternalData(denseModel(), 'w').data).toHaveLength(0);
  });

  test('answer a model that keeps nothing elsewhere as it came', async () => {
    const file = denseModel();
    expect(await foldExternalData(file, () => null)).toBe(file);
  });
});

describe('loadExternalData', () => {
  test('reads from the offset on as much as the tensor has, and copies nothing', async () => {
    const model = readModel(withEntries({ location: './weights.bin', offset: '3' }));
    const asked: string[] = [];
    await loadExternalData(model, location => {
      asked.push(location);
      return shifted;
    });
    const { rawData } = model.graph!.initializer[0]!;
    expect(asked).toEqual(['weights.bin']);
    expect(rawData).toEqual(weightBytes);
    expect(rawData.buffer).toBe(shifted.buffer);
    expect(inspectModel(writeModel(model)).parameters).toBe(15);
  });

  test('asks for a file once, however many weights it holds', async () => {
    const { model, data } = splitExternalData(widespread(), 'all');
    let asked = 0;
    await foldExternalData(model, async () => {
      asked++;
      return data;
    });
    expect(asked).toBe(1);
  });

  test('goes by the checksum where there is one', async () => {
    const checksum = createHash('sha1').update(shifted).digest('hex').toUpperCase();
    const entries = { location: 'w.bin', offset: '3', checksum };
    await expect(foldExternalData(withEntries(entries), () => shifted)).resolves.toEqual(denseModel());
    await expect(foldExternalData(withEntries(entries), () => weightBytes)).rejects.toThrow(
      /Weight 'w' is kept in 'w\.bin': the file's SHA-1 is [0-9a-f]{40}, not [0-9a-f]{40}\./,
    );
  });

  test('a file that is not there is named, with the weight', async () => {
    await expect(foldExternalData(withEntries({ location: 'w.bin' }), () => null)).rejects.toMatchObject({
      code: 'ExternalDataMissing',
      detail: "Weight 'w' is kept in 'w.bin'. There is no such file.",
    });
  });

  test.each([
    '',
    '/etc/passwd',
    '../w.bin',
    'a/../../w.bin',
    'a\\..\\w.bin',
    'C:\\w.bin',
    '\\\\host\\w',
    'w\0.bin',
  ])('a location that leaves the folder is refused before anything is read: %j', async location => {
    let isAsked = false;
    const attempt = foldExternalData(withEntries({ location }), () => {
      isAsked = true;
      return shifted;
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'ModelInvalid',
      detail: expect.stringMatching(/^Weight 'w'.*outside/s),
    });
    expect(isAsked).toBe(false);
  });

  test.each([
    [{ offset: '5' }, 'bytes 5 to 53 of a file of 52'],
    [{ length: '47' }, '[4, 3] takes 48 bytes, it says 47'],
    [{ offset: '-1' }, "its offset is '-1'"],
    [{ offset: '99999999999999999999' }, "its offset is '99999999999999999999'"],
    [{ length: '0x30' }, "its length is '0x30'"],
  ])('a range that does not fit is refused: %j', async (entries, what) => {
    await expect(
      foldExternalData(withEntries({ location: 'w.bin', ...entries }), () => shifted),
    ).rejects.toMatchObject({ code: 'ModelInvalid', detail: `Weight 'w' is kept in 'w.bin': ${what}.` });
  });

  test('text, which no file can hold so, is refused', async () => {
    const model = readModel(withEntries({ location: 'w.bin' }));
    model.graph!.initializer[0]!.dataType = 8;
    await expect(loadExternalData(model, () => shifted)).rejects.toThrow(/\[4, 3\] of STRING, have no size/);
  });
});

describe('a model that points into the file it came in', () => {
  test('has its weights where they lie, but for those of nested graphs', async () => {
    const file = widespread();
    const outside = pointIntoFile(file, 'weights');
    // An initializer and a Constant of 600 numbers each, and 2001 bytes of packed ones; what says where they lie is small.
    const moved = 2 * 2400 + 2001;
    expect(file.length - outside.length).toBeGreaterThan(moved - 3 * 100);
    expect(file.length - outside.length).toBeLessThan(moved);
    expect(await foldExternalData(outside, location => (location === 'weights' ? file : null))).toEqual(file);
  });

  test('lies anywhere in a larger buffer', async () => {
    const file = convolutionModel();
    const buffer = new Uint8Array(file.length + 7);
    buffer.set(file, 7);
    const view = buffer.subarray(7);
    expect(await foldExternalData(pointIntoFile(view, 'weights', 16), () => view)).toEqual(file);
  });
});
