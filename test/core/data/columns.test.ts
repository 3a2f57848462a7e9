import { expect, test } from 'vitest';
import { columnNames, sampleSize } from '../../../src/core/data/columns.ts';
import { digits, iris } from '../../fixtures/interfaces.ts';

test('a sample has the numbers of all dimensions but the first; a free one counts once', () => {
  expect(sampleSize(digits)).toBe(64);
  expect(sampleSize({ shape: [-1, -1, 3] })).toBe(3);
});

test('columns without names are numbered', () => {
  expect(columnNames(iris)).toEqual(['length', 'width']);
  expect(columnNames(digits).slice(0, 2)).toEqual(['1', '2']);
  expect(columnNames({ ...iris, meaning: null })).toEqual(['1', '2']);
});
