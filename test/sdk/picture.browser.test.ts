import { expect, it } from 'vitest';
import { describedInterface, type ModelMetadata } from '../../src/core/protocol/messages.ts';
import { describe as describeModel } from '../../src/sdk/described.ts';
import { toTensors } from '../../src/sdk/inputs.ts';
import type { ModelInput } from '../../src/sdk/types.ts';

/** A model that reads pictures of 4 × 2 pixels. */
function model(shape: number[], layout: 'NCHW' | 'NHWC' | null, range = [0, 1], datatype = 'FP32') {
  const input = { name: 'x', datatype: datatype as 'FP32', shape };
  const meaning = { kind: 'image', layout, range, preparation: 'pixels', names: null };
  const its = { inputs: [{ ...input, meaning }], outputs: [], decision: null };
  const metadata: ModelMetadata = { name: 'm', platform: 'onnx_onnxv1', inputs: [input], outputs: [] };
  return describeModel(
    layout ? { ...metadata, parameters: { [describedInterface]: JSON.stringify(its) } } : metadata,
  );
}

const read = async (input: ModelInput, described: ReturnType<typeof model>) =>
  (await toTensors(input, described))['x']!;

/** Left half red, right half blue; `scale` times as large as the model wants. */
function canvas(scale: number): OffscreenCanvas {
  const drawn = new OffscreenCanvas(4 * scale, 2 * scale);
  const context = drawn.getContext('2d')!;
  context.fillStyle = '#f00';
  context.fillRect(0, 0, 2 * scale, 2 * scale);
  context.fillStyle = '#00f';
  context.fillRect(2 * scale, 0, 2 * scale, 2 * scale);
  return drawn;
}

const red = [1, 1, 0, 0, 1, 1, 0, 0];
const green = [0, 0, 0, 0, 0, 0, 0, 0];
const blue = [0, 0, 1, 1, 0, 0, 1, 1];
const first = [...red, ...green, ...blue];
const last = Array.from({ length: 8 }, (_, i) => [red[i]!, green[i]!, blue[i]!]).flat();

it.each([
  ['NCHW', [-1, 3, 2, 4], first],
  ['NHWC', [-1, 2, 4, 3], last],
] as const)('is %s as the model’s interface says', async (layout, shape, values) => {
  const { datatype, shape: got, data } = await read(canvas(1), model([...shape], layout));
  expect([datatype, got]).toEqual(['FP32', [1, ...shape.slice(1)]]);
  expect([...data]).toEqual(values);
});

it('follows from the shape where nobody says', async () => {
  expect([...(await read(canvas(1), model([1, 3, 2, 4], null))).data]).toEqual(first);
  expect([...(await read(canvas(1), model([1, 2, 4, 3], null))).data]).toEqual(last);
});

it('is the same from a canvas, its pixels, a bitmap and a file, whatever its size', async () => {
  const wanted = model([-1, 3, 2, 4], 'NCHW');
  const large = canvas(16);
  const onPage = document.createElement('canvas');
  onPage.width = 64;
  onPage.height = 32;
  onPage.getContext('2d')!.drawImage(large, 0, 0);
  const pixels = large.getContext('2d')!.getImageData(0, 0, 64, 32);
  const png = await large.convertToBlob({ type: 'image/png' });
  for (const source of [large, onPage, pixels, png, new File([png], 'flag.png')]) {
    const { data } = await read(source, wanted);
    first.forEach((value, i) => expect(Number(data[i])).toBeCloseTo(value, 1));
  }
});

it('is in the model’s range and datatype, and grey where it has one channel', async () => {
  const grey = await read(canvas(1), model([-1, 1, 2, 4], 'NCHW', [0, 255], 'UINT8'));
  expect(grey.data).toBeInstanceOf(Uint8Array);
  // 0.299 · 255 and 0.114 · 255 (ITU-R BT.601)
  expect([...grey.data.slice(0, 4)]).toEqual([76, 76, 29, 29]);
  const signed = await read(canvas(1), model([-1, 3, 2, 4], 'NCHW', [-1, 1]));
  expect([...signed.data.slice(0, 4)]).toEqual([1, 1, -1, -1]);
});

it('is on white where it is transparent', async () => {
  const { data } = await read(new OffscreenCanvas(8, 4), model([-1, 3, 2, 4], 'NCHW'));
  expect(Array.from(data as Float32Array)).toEqual(Array<number>(24).fill(1));
});

it('is refused where no picture fits, or where it is none', async () => {
  await expect(read(canvas(1), model([-1, 4], null))).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: expect.stringContaining('a picture fills'),
  });
  const broken = new Blob(['no picture'], { type: 'image/png' });
  await expect(read(broken, model([-1, 3, 2, 4], 'NCHW'))).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: expect.stringContaining('image/png'),
  });
});
