import { describe, expect, test } from 'vitest';
import { fromRecorded, numbersOf, toRecorded } from '../../../src/core/runtime/recorded-tensors.ts';

describe('recorded tensors', () => {
  test.each([
    ['BOOL', [0, 1], Uint8Array.of(0, 1)],
    ['INT64', [-1, 2], BigInt64Array.of(-1n, 2n)],
    ['FP16', [1, -2], Uint16Array.of(0x3c00, 0xc000)],
    ['BF16', [1, -2], Uint16Array.of(0x3f80, 0xc000)],
    ['BYTES', ['a', ''], ['a', '']],
    ['FP64', [0.1, 1e300], Float64Array.of(0.1, 1e300)],
  ] as const)('%s goes there and back', (datatype, data, held) => {
    const tensor = fromRecorded({ datatype, shape: [2], data: [...data] });
    expect(tensor.data).toEqual(held);
    expect(toRecorded(tensor)).toEqual({ datatype, shape: [2], data: [...data] });
  });

  test('booleans are written as JSON may hold them', () => {
    const tensor = fromRecorded({ datatype: 'BOOL', shape: [2], data: [true, false] });
    expect(numbersOf(tensor)).toEqual([1, 0]);
  });

  test('refuses values that do not fill the shape', () => {
    expect(() => fromRecorded({ datatype: 'FP32', shape: [2, 2], data: [1] })).toThrow(/1 values, wanted 4/);
  });

  test('refuses a fraction where an integer of 64 bits was promised', () => {
    expect(() => fromRecorded({ datatype: 'INT64', shape: [1], data: [0.5] })).toThrow(/INT64/);
  });
});
