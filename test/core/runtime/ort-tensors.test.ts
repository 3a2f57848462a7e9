import { describe, expect, test } from 'vitest';
import { openError, runError } from '../../../src/core/runtime/ort-errors.ts';
import { checkFeeds, fromOrtType, specOf, toOrtType } from '../../../src/core/runtime/ort-tensors.ts';
import { float32 } from '../../../src/core/tensor.ts';

describe('checkFeeds', () => {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }] as const;

  test('takes any size where the model leaves it free', () => {
    expect(() => checkFeeds(inputs, { x: float32([3, 4], new Float32Array(12)) })).not.toThrow();
  });

  test.each([
    ['an unknown name', { z: float32([1, 4], [1, 2, 3, 4]) }, /no input is called z; wanted x/],
    ['a missing input', {}, /input x is missing/],
    [
      'another datatype',
      { x: { datatype: 'INT32', shape: [1, 4], data: new Int32Array(4) } },
      /INT32, wanted FP32/,
    ],
    ['another shape', { x: float32([1, 5], new Float32Array(5)) }, /\[1, 5\], wanted \[-1, 4\]/],
    ['another rank', { x: float32([4], new Float32Array(4)) }, /\[4\], wanted \[-1, 4\]/],
    ['too few values', { x: float32([2, 4], new Float32Array(4)) }, /4 values, wanted 8/],
  ] as const)('refuses %s and says what was wanted', (_, feeds, message) => {
    expect(() => checkFeeds(inputs, feeds)).toThrow(message);
  });
});

describe('what a binding says', () => {
  test('symbolic and unnamed dimensions are of free size', () => {
    const spec = specOf({ name: 'x', isTensor: true, type: 'float32', shape: ['batch', 3, -1, 4294967295] });
    expect(spec).toEqual({ name: 'x', datatype: 'FP32', shape: [-1, 3, -1, -1] });
  });

  test('a sequence is refused by name', () => {
    expect(() => specOf({ name: 'boxes', isTensor: false })).toThrow(/boxes is no tensor/);
  });

  test('types go there and back; the bindings have no bfloat16', () => {
    expect(fromOrtType('int64')).toBe('INT64');
    expect(toOrtType('BYTES')).toBe('string');
    expect(toOrtType('BF16')).toBeNull();
  });
});

describe('openError', () => {
  test.each([
    [
      "Can't create a session. ERROR_CODE: 7, ERROR_MESSAGE: Failed to load model because protobuf parsing failed.",
      'NotOnnx',
    ],
    ['Fatal error: com.example:Frobnicate(-1) is not a registered function/op', 'OperatorUnsupported'],
    ['No Op registered for Frobnicate with domain_version of 21', 'OperatorUnsupported'],
    ['Node (a) has input size 1 not in range [min=2, max=2].', 'ModelInvalid'],
  ] as const)('%s is %s', (message, code) => {
    expect(openError(new Error(message)).code).toBe(code);
  });

  test('keeps the native text and drops what the binding put before it', () => {
    expect(runError(new Error('x ERROR_CODE: 1, ERROR_MESSAGE: Non-zero status')).detail).toBe(
      'Non-zero status',
    );
  });
});
