// A photo's preparation on the providers of a browser, beside the same computed plainly.
import { expect, test } from 'vitest';
import type { PhotoPreparation } from '../../../src/core/teach/embedder.ts';
import { hasWebGpu } from '../../../src/worker/ort.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import { pixelsOnly } from './embedders.ts';
import { prepared, wavyPhotos } from './photos.ts';

const colour: PhotoPreparation = {
  height: 24,
  width: 24,
  layout: 'NCHW',
  channels: 3,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};
const grey: PhotoPreparation = { ...colour, layout: 'NHWC', channels: 1, mean: [0.5], deviation: [0.5] };

const smaller = ['made smaller', colour, 97, 130] as const;
const larger = ['made larger', colour, 20, 15] as const;
const withoutColours = ['grey, channels last', grey, 60, 48] as const;

// A software GPU compiles for seconds: one photo shows that it knows all operators and agrees.
const cases = [
  ...[smaller, larger, withoutColours].map(each => ['wasm', ...each] as const),
  ...((await hasWebGpu()) ? [['webgpu', ...withoutColours] as const] : []),
];

test.each(cases)('on %s a photo is cut, %s and scaled', async (provider, _, preparation, height, width) => {
  const { model } = await pixelsOnly(preparation);
  const photos = wavyPhotos(2, height, width);
  const session = await openOrtSession(model, provider);
  const { embedding } = await session.run({ photo: photos });
  await session.dispose();
  const got = embedding!.data as Float32Array;
  const bytes = height * width * 3;
  const want = [0, 1].flatMap(i =>
    prepared(photos.data.subarray(i * bytes, (i + 1) * bytes), height, width, preparation),
  );
  const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0);
  expect(got).toHaveLength(want.length);
  expect(worst).toBeLessThan(1e-4);
});
