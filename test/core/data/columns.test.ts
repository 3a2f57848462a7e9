import { expect, test } from 'vitest';
import type { InputInterface } from '../../../src/core/artifact/interface.ts';
import { columnNames, sampleSize } from '../../../src/core/data/columns.ts';

const digits: InputInterface = {
  name: 'image',
  datatype: 'FP32',
  shape: [-1, 1, 8, 8],
  meaning: { kind: 'image', layout: 'NCHW', range: [0, 16], preparation: 'cell-counts', names: null },
};
const iris: InputInterface = {
  name: 'x',
  datatype: 'FP32',
  shape: [-1, 2],
  meaning: { kind: 'features', names: ['length', 'width'], units: ['cm', null], ranges: null },
};

test('a sample has the numbers of all dimensions but the first; a free one counts once', () => {
  expect(sampleSize(digits)).toBe(64);
  expect(sampleSize({ shape: [-1, -1, 3] })).toBe(3);
});

test('columns without names are numbered', () => {
  expect(columnNames(iris)).toEqual(['length', 'width']);
  expect(columnNames(digits).slice(0, 2)).toEqual(['1', '2']);
  expect(columnNames({ ...iris, meaning: null })).toEqual(['1', '2']);
});
