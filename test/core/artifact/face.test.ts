import { expect, test } from 'vitest';
import { interfaceAfter } from '../../../src/core/artifact/face.ts';
import type { ModelInterface } from '../../../src/core/artifact/interface.ts';

const face = (notSureBelow: number, classes = 3): ModelInterface => ({
  inputs: [{ name: 'photo', datatype: 'UINT8', shape: [-1, -1, -1, 3], meaning: null }],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, classes], meaning: null }],
  decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow },
});

test('what comes after a version is not sure where that is not sure', () => {
  expect(interfaceAfter(face(0.5), face(0.7))).toEqual(face(0.5));
});

test('whatever the order of its members', () => {
  const { decision, ...rest } = face(0.7);
  expect(interfaceAfter(face(0.5), { decision, ...rest })).toEqual(face(0.5));
});

test('where more than that is another, it is as it was made', () => {
  expect(interfaceAfter(face(0.5), face(0.7, 4))).toEqual(face(0.7, 4));
  expect(interfaceAfter(face(0.5), { ...face(0.7), decision: null })).toEqual({
    ...face(0.7),
    decision: null,
  });
});
