import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut } from '../../../src/core/artifact/chunks.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { architectureDigest } from '../../../src/core/onnx/architecture.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { bytesOfTensor } from '../../../src/core/tensor-bytes.ts';
import { convolutionModel, denseModel, numbers } from './models.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** A length-delimited field of less than 16 KiB. */
function field(number: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of((number << 3) | 2, (content.length & 0x7f) | 0x80, content.length >> 7, ...content);
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap(part => [...part]));
}

/** ir_version 10 and a graph with one initializer of these fields. */
function modelWithTensor(...fields: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(0x08, 10), field(7, field(5, concat(...fields))));
}

describe('tensorLayout', () => {
  test('gives exactly the raw bytes of every initializer, sorted by offset', () => {
    const file = convolutionModel();
    const layout = tensorLayout(file);
    expect(layout.map(({ name, datatype, dims }) => [name, datatype, dims])).toEqual([
      ['conv.w', 'FP32', [4, 1, 3, 3]],
      ['conv.b', 'FP32', [4]],
      ['shape', 'INT64', [2]],
      ['head.w', 'FP32', [10, 256]],
      ['head.b', 'FP32', [10]],
    ]);
    const expected = [
      numbers(36),
      numbers(4, 2),
      BigInt64Array.of(0n, -1n),
      numbers(2560, 3),
      numbers(10, 4),
    ];
    layout.forEach(({ offset, bytes }, i) => {
      const wanted = new Uint8Array(expected[i]!.buffer);
      expect(file.subarray(offset, offset + bytes)).toEqual(wanted);
    });
    expect(() => cut(file.length, layout)).not.toThrow();
  });

  test('finds the weight in a Constant node under the name of its output', () => {
    const weight = float32([2, 2], [1, 2, 3, 4]);
    const file = new GraphBuilder('constant')
      .input('x', 'FP32', [-1, 2])
      .node('Constant', [], ['w'], { value: { tensor: weight } })
      .node('MatMul', ['x', 'w'], ['y'])
      .output('y', 'FP32', [-1, 2])
      .build();
    const [location] = tensorLayout(file);
    expect(location).toMatchObject({ name: 'w', datatype: 'FP32', dims: [2, 2], bytes: 16 });
    expect(file.subarray(location!.offset, location!.offset + 16)).toEqual(bytesOfTensor(weight));
  });

  test.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    ['an empty file', text(''), /is empty/],
    ['a web page', text('<!DOCTYPE html><html>'), /is an HTML page/],
    ['a ZIP archive', text('PK\x03\x04\x14\0\0\0'), /starts like a ZIP archive/],
    ['a tfjs model', text('{"modelTopology":{},"weightsManifest":[]}'), /is a tfjs model\.json/],
    ['other JSON', text('{"a":1}'), /is JSON/],
    ['a table', text('sepal,petal\n1,2\n'), /is text that starts with “sepal,petal 1,2”/],
    ['a Keras file', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /HDF5/],
    ['a TensorFlow Lite model', concat(Uint8Array.of(28, 0, 0, 0), text('TFL3')), /TensorFlow Lite/],
    ['a truncated model', denseModel().slice(0, 150), /wants \d+ bytes, \d+ are left/],
    ['a protobuf that is no ModelProto', Uint8Array.of(0x08, 10, 0x12, 1, 0), /has no graph/],
    ['a number of 11 bytes', Uint8Array.of(0x08, ...Array<number>(11).fill(0xff)), /more than 10 bytes/],
    ['a group', Uint8Array.of(0x0b, 0x0c), /wire type 3/],
  ])('refuses %s as NotOnnx and says why', (_, file, reason) => {
    const thrown = failureOf(() => tensorLayout(file));
    expect(thrown.code).toBe('NotOnnx');
    expect(thrown.detail).toMatch(reason);
  });

  test('refuses a negative dimension', () => {
    const minusOne = Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 0x01);
    const file = modelWithTensor(
      minusOne,
      Uint8Array.of(0x10, 1),
      field(8, text('w')),
      field(9, text('1234')),
    );
    expect(failureOf(() => tensorLayout(file))).toMatchObject({
      code: 'ModelInvalid',
      detail: expect.stringContaining("'w'"),
    });
  });

  test('refuses a weight whose bytes are not those of its shape, with both numbers', () => {
    const file = modelWithTensor(
      Uint8Array.of(0x08, 2, 0x10, 1),
      field(8, text('w')),
      field(9, text('1234')),
    );
    expect(failureOf(() => tensorLayout(file))).toMatchObject({
      code: 'ModelInvalid',
      detail: "Weight 'w' is FLOAT [2]: 8 bytes, got 4.",
    });
  });

  test('a tensor of thousands of dimensions does not exhaust the stack', () => {
    const file = modelWithTensor(...Array.from({ length: 30 }, () => field(1, new Uint8Array(120))));
    expect(failureOf(() => tensorLayout(file))).toMatchObject({
      code: 'NotOnnx',
      detail: expect.stringContaining('64 dimensions'),
    });
  });
});

test('no mutation of a model crashes the readers: each gives an answer or one of our errors', async () => {
  const originals = [denseModel(), convolutionModel(1)];
  const mutation = fc.record({
    file: fc.constantFrom(...originals),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 }),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
    cutShort: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(mutation, async ({ file, edits, keep, cutShort }) => {
      const mutated = cutShort ? file.slice(0, Math.floor(file.length * keep)) : file.slice();
      // The first bytes are the structure; most of the rest is weights.
      for (const [at, value] of edits)
        if (mutated.length > 0) mutated[at % Math.min(mutated.length, 700)] = value;
      for (const read of [tensorLayout, inspectModel]) assertOurs(() => read(mutated));
      await architectureDigest(mutated).catch(assertOurError);
    }),
    { numRuns: 400 },
  );
});

function assertOurs(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    assertOurError(error);
  }
}

function assertOurError(error: unknown): void {
  if (!(error instanceof HaversackError)) throw error;
  expect(['NotOnnx', 'ModelInvalid', 'ExternalDataMissing']).toContain(error.code);
}

function failureOf(run: () => unknown): HaversackError {
  try {
    run();
  } catch (error) {
    if (error instanceof HaversackError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
