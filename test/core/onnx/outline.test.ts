import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { pointIntoFile } from '../../../src/core/onnx/external-data.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { outlineOf } from '../../../src/core/onnx/outline.ts';
import { float32 } from '../../../src/core/tensor.ts';

/** Two weights of 16 KiB and one small one; as many nodes as make the graph itself some 50 times as many bytes. */
function model(nodes: number): Bytes {
  const graph = new GraphBuilder('m').input('x', 'FP32', [-1, 4]);
  for (const name of ['a', 'b']) {
    graph.initializer(
      name,
      float32(
        [4096],
        Float32Array.from({ length: 4096 }, (_, i) => i + 1),
      ),
    );
  }
  graph.initializer('small', float32([4], [1, 2, 3, 4]));
  let last = 'x';
  for (let i = 0; i < nodes; i++) {
    const next = `a-rather-long-name-of-a-value-${i}`;
    graph.node('Add', [last, 'small'], [next]);
    last = next;
  }
  return graph.output(last, 'FP32', [-1, 4]).build();
}

const isSame = (a: Bytes, b: Bytes) => Buffer.compare(a, b) === 0;

function expectOutline(file: Bytes, borders: readonly number[]): ReturnType<typeof outlineOf> {
  const pieces = borders.slice(1).map((end, i) => file.subarray(borders[i], end));
  const outline = outlineOf(pieces, 1024);
  const layout = tensorLayout(file);
  expect(tensorLayout(outline.file)).toEqual(layout);
  expect(isSame(pointIntoFile(outline.file, 'w'), pointIntoFile(file, 'w'))).toBe(true);
  const whole = outline.file.slice();
  for (const { offset, bytes } of outline.apart) {
    const end = offset + bytes.length;
    expect(layout.some(at => at.offset <= offset && end <= at.offset + at.bytes)).toBe(true);
    expect(whole.subarray(offset, end).some(byte => byte !== 0)).toBe(false);
    whole.set(bytes, offset);
  }
  expect(isSame(whole, file)).toBe(true);
  return outline;
}

test('of a file cut at its tensors, the weights stay apart and the graph does not', () => {
  const file = model(10);
  const borders = [...cut(file.length, tensorLayout(file)).map(({ offset }) => offset), file.length];
  const { apart } = expectOutline(file, borders);
  expect(apart.map(({ bytes }) => bytes.length)).toEqual([16_384, 16_384]);
});

test('a graph that is itself larger than a piece is put together whole', () => {
  const file = model(200);
  const borders = Array.from({ length: Math.ceil(file.length / 2048) }, (_, i) => i * 2048);
  const { apart } = expectOutline(file, [...borders, file.length]);
  // Of each weight of 16 KiB the first and the last piece hold something else too.
  expect(apart.length).toBe(2 * 7);
});

test('however a file is cut, what is apart lies in weights', () => {
  const file = model(100);
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: file.length - 1 }), { maxLength: 12 }), cuts => {
      expectOutline(file, [0, ...cuts.sort((a, b) => a - b), file.length]);
    }),
    { numRuns: 50 },
  );
});

test('what is no model is said to be none', () => {
  expect(() => outlineOf([new Uint8Array(2 ** 20).fill(7)])).toThrow(/ONNX/);
});
