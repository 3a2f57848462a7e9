import { expect, test } from 'vitest';
import { pictureSide } from '../../../src/app/state/picture-side.ts';
import type { ModelInterface } from '../../../src/core/artifact/interface.ts';

function takes(shape: number[], layout: 'NCHW' | 'NHWC', preparation: 'pixels' | 'cell-counts' | 'photo') {
  const meaning = {
    kind: 'image' as const,
    layout,
    range: [0, 1] as [number, number],
    preparation,
    names: null,
  };
  const face: ModelInterface = {
    inputs: [{ name: 'x', datatype: 'FP32', shape, meaning }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 8], meaning: null }],
    decision: null,
  };
  return face;
}

test('a model that takes pictures can see, in either layout', () => {
  expect(pictureSide(takes([-1, 3, 224, 160], 'NCHW', 'pixels'))).toBe(160);
  expect(pictureSide(takes([-1, 96, 128, 3], 'NHWC', 'pixels'))).toBe(96);
});

test('one for drawings of eight by eight cannot, nor one that takes numbers', () => {
  expect(pictureSide(takes([-1, 1, 8, 8], 'NCHW', 'cell-counts'))).toBe(0);
  expect(pictureSide(takes([-1, 3, 16, 16], 'NCHW', 'pixels'))).toBe(0);
  const numbers = takes([-1, 4], 'NCHW', 'pixels');
  expect(pictureSide({ ...numbers, inputs: [{ ...numbers.inputs[0]!, meaning: null }] })).toBe(0);
});

test('nobody need have said that it takes pictures: three channels say it', () => {
  const said = takes([-1, 3, -1, -1], 'NCHW', 'pixels');
  const unsaid = { ...said, inputs: [{ ...said.inputs[0]!, meaning: null }] };
  expect(pictureSide(unsaid)).toBe(224);
  const maps = { ...said, inputs: [{ ...said.inputs[0]!, shape: [1, 32, 28, 28], meaning: null }] };
  expect(pictureSide(maps)).toBe(0);
});
