import { describe, expect, it } from 'vitest';
import { readInput } from '../../../server/cli/input.ts';
import type { InputInterface } from '../../../src/core/artifact/interface.ts';

const iris: InputInterface = {
  name: 'measurements',
  datatype: 'FP32',
  shape: [-1, 2],
  meaning: { kind: 'features', names: ['length', 'width'], units: ['cm', 'cm'], ranges: null },
};
const image: InputInterface = { name: 'image', datatype: 'FP32', shape: [-1, 1, 2, 2], meaning: null };
const only = (input: InputInterface) => ({ inputs: [input] });
const tensor = (name: string, shape: number[], data: unknown[], datatype = 'FP32') => ({
  name,
  datatype,
  shape,
  data,
});

describe('a table', () => {
  it('is read by column name, in any order, with other columns passed over', () => {
    expect(readInput('species,width,length\na,2,1\nb,4,3\n', only(iris))).toEqual([
      [tensor('measurements', [2, 2], [1, 2, 3, 4])],
    ]);
  });

  it('is read by position where no name is known', () => {
    expect(readInput('x,y\n1,2\n', only(iris))).toEqual([[tensor('measurements', [1, 2], [1, 2])]]);
    expect(readInput('1,2\n3,4\n', only(iris))).toEqual([[tensor('measurements', [2, 2], [1, 2, 3, 4])]]);
  });

  it('is refused where a named column is missing, by name', () => {
    expect(() => readInput('length,other\n1,2\n', only(iris))).toThrow(/width/);
  });

  it('is refused where a cell is no number, by row and column', () => {
    expect(() => readInput('length,width\n1,wide\n', only(iris))).toThrow(/row 1.*width.*wide/);
  });

  it('has as many columns as the input has numbers', () => {
    expect(readInput('1,2,3,4\n', only(image))).toEqual([[tensor('image', [1, 1, 2, 2], [1, 2, 3, 4])]]);
    expect(() => readInput('1,2,3\n', only(image))).toThrow(/3 columns, image takes 4/);
  });

  it('runs in groups where it is long', () => {
    const runs = readInput(Array.from({ length: 600 }, (_, i) => `${i},0`).join('\n'), only(iris));
    expect(runs.map(([input]) => input?.shape[0])).toEqual([256, 256, 88]);
  });

  it('cannot feed two inputs', () => {
    expect(() => readInput('1,2\n', { inputs: [iris, image] })).toThrow(/2 \(measurements, image\)/);
  });
});

describe('JSON', () => {
  it('may be one row or many, as arrays, nested arrays or named features', () => {
    const row = [[tensor('measurements', [1, 2], [1, 2])]];
    expect(readInput('[1, 2]', only(iris))).toEqual(row);
    expect(readInput('[[1, 2]]', only(iris))).toEqual(row);
    expect(readInput('{"width": 2, "length": 1}', only(iris))).toEqual(row);
    expect(readInput('[{"width": 2, "length": 1}]', only(iris))).toEqual(row);
    expect(readInput('[[[1, 2], [3, 4]]]', only(image))).toEqual([
      [tensor('image', [1, 1, 2, 2], [1, 2, 3, 4])],
    ]);
  });

  it('may name the inputs', () => {
    expect(
      readInput('[{"measurements": [1, 2], "image": [[5, 6], [7, 8]]}]', { inputs: [iris, image] }),
    ).toEqual([[tensor('measurements', [1, 2], [1, 2]), tensor('image', [1, 1, 2, 2], [5, 6, 7, 8])]]);
  });

  it('may be a protocol body', () => {
    const body = {
      inputs: [
        {
          name: 'measurements',
          datatype: 'FP32',
          shape: [2, 2],
          data: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
    };
    expect(readInput(JSON.stringify(body), only(iris))).toEqual([
      [tensor('measurements', [2, 2], [1, 2, 3, 4])],
    ]);
  });

  it.each([
    ['[[1, 2, 3]]', /row 1 has 3 values, measurements takes 2/],
    ['[{"length": 1}]', /row 1: width is missing \(got length\)/],
    ['[[1, 2], null]', /row 2 is neither/],
    ['[]', /there are no rows/],
    ['{"length": 1,', /not JSON/],
    [
      '{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1], "data": [1]}]}',
      /no input is called x; there are measurements/,
    ],
    [
      '{"inputs": [{"name": "measurements", "datatype": "INT64", "shape": [1, 2], "data": [1, 2]}]}',
      /measurements is INT64, wanted FP32/,
    ],
  ])('%s is refused with the reason', (text, reason) => {
    expect(() => readInput(text, only(iris))).toThrow(reason);
  });
});

describe('shapes', () => {
  it('of a fixed batch are kept', () => {
    const fixed = { ...iris, shape: [1, 2] };
    expect(readInput('1,2\n3,4\n', only(fixed)).map(([input]) => input?.data)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => readInput('1,2\n3,4\n5,6\n', only({ ...iris, shape: [2, 2] }))).toThrow(
      /takes 2 rows at once, got 3/,
    );
  });

  it('with one free dimension are filled from the row', () => {
    const series = { ...image, shape: [-1, -1, 2] };
    expect(readInput('[[1,2,3,4],[5,6]]', only(series)).map(([input]) => input?.shape)).toEqual([
      [1, 2, 2],
      [1, 1, 2],
    ]);
    expect(() => readInput('[[1,2,3]]', only(series))).toThrow(/multiple of 2/);
    expect(() => readInput('[[1]]', only({ ...image, shape: [-1, -1, -1] }))).toThrow(/2 free dimensions/);
  });

  it('of a scalar are empty', () => {
    expect(readInput('[7]', only({ ...image, shape: [] }))).toEqual([[tensor('image', [], [7])]]);
  });
});
