import { expect, test } from 'vitest';
import type { InputInterface, ModelInterface } from '../../../src/core/artifact/interface.ts';
import { cellsAcross, inputKind, takesBatches, toInput } from '../../../src/app/state/inputs.ts';
import { digits, iris } from '../../fixtures/interfaces.ts';

const facing = (...inputs: InputInterface[]): ModelInterface => ({
  inputs,
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3], meaning: null }],
  decision: null,
});

test('the interface decides whether an input is drawn, filled in, or given tensor by tensor', () => {
  expect(inputKind(facing(digits))).toBe('drawing');
  expect(inputKind(facing(iris))).toBe('features');
  expect(inputKind(facing({ ...iris, meaning: null }))).toBe('tensors');
  expect(inputKind(facing(iris, iris))).toBe('tensors');
  expect(inputKind(facing({ ...digits, shape: [-1, 3, 8, 8] }))).toBe('tensors');
});

test('an input whose pixels are known takes photos, where somebody said how it answers', () => {
  const meaning: InputInterface['meaning'] = {
    kind: 'image',
    layout: 'NHWC',
    range: [-1, 1],
    preparation: 'pixels',
    names: null,
  };
  const seen = facing({ ...digits, shape: [-1, 224, 224, 3], meaning });
  const decided: ModelInterface = { ...seen, decision: { kind: 'value', output: 'y' } };
  expect(inputKind(decided)).toBe('photo');
  expect(inputKind(seen)).toBe('tensors');
  expect(inputKind({ ...decided, inputs: [{ ...digits, shape: [-1, -1, -1, 3], meaning }] })).toBe('tensors');
});

test('a square is found in either layout', () => {
  const meaning = { ...digits.meaning!, layout: 'NHWC' } as InputInterface['meaning'];
  expect(cellsAcross(digits)).toBe(8);
  expect(cellsAcross({ ...digits, meaning, shape: [-1, 8, 8, 1] })).toBe(8);
  expect(cellsAcross({ ...digits, meaning })).toBeNull();
});

test('rows become one tensor, whose free dimension is their number', () => {
  expect(takesBatches(iris)).toBe(true);
  expect(toInput(iris, [1, 2, 3, 4])).toEqual({
    datatype: 'FP32',
    shape: [2, 2],
    data: Float32Array.of(1, 2, 3, 4),
  });
  expect(toInput({ ...iris, datatype: 'INT64' }, [1, 2]).data).toEqual(BigInt64Array.of(1n, 2n));
});
