import { expect, test } from 'vitest';
import { parseTensorText } from '../../../src/app/state/tensor-text.ts';

const float = { name: 'x', datatype: 'FP32' } as const;

test('reads numbers apart by commas, spaces or lines, and JSON, nested or flat', () => {
  const wanted = Float32Array.of(1, 2, -3.5, 4e2);
  for (const text of ['1, 2, -3.5, 4e2', '1 2\n-3.5;4e2', '[[1,2],[-3.5,400]]', '[1, 2, -3.5, 400]']) {
    expect(parseTensorText(float, [2, 2], text)).toEqual({ datatype: 'FP32', shape: [2, 2], data: wanted });
  }
});

test('empty means zeros', () => {
  expect(parseTensorText(float, [3], ' ').data).toEqual(new Float32Array(3));
  expect(parseTensorText({ name: 's', datatype: 'BYTES' }, [2], '').data).toEqual(['', '']);
});

test('says what was got and what was wanted', () => {
  expect(() => parseTensorText(float, [2, 2], '1 2 3')).toThrow('"x": 3 values, wanted 4 (2 × 2).');
  expect(() => parseTensorText(float, [2], '1 apple')).toThrow('"x": value 2 is "apple", wanted a number.');
  expect(() => parseTensorText(float, [1.5], '1')).toThrow('a dimension is no whole number');
  expect(() => parseTensorText(float, [5000, 5000], '')).toThrow('at most 16000000');
});

test('64-bit integers and truths keep their kind', () => {
  expect(parseTensorText({ name: 'i', datatype: 'INT64' }, [2], '7 -8').data).toEqual(
    BigInt64Array.of(7n, -8n),
  );
  expect(parseTensorText({ name: 'b', datatype: 'BOOL' }, [2], '[true, false]').data).toEqual(
    Uint8Array.of(1, 0),
  );
});
