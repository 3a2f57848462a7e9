// What is built in for sounds, and a sound's picture, on the providers of a browser, beside the same computed plainly.
import { expect, test } from 'vitest';
import { bands, frames, logMel } from '../../../src/core/teach/log-mel.ts';
import { makeSoundEmbedder } from '../../../src/core/teach/sound-embedder.ts';
import { hasWebGpu } from '../../../src/worker/ort.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import { far } from './heard.ts';
import { signalOf, soundsTensor } from './sounds.ts';

const providers = (await hasWebGpu()) ? (['wasm', 'webgpu'] as const) : (['wasm'] as const);

test.each(providers)(
  'on %s the level and the means of all bands are those of the spectrogram',
  async provider => {
    const { model, width } = await makeSoundEmbedder();
    const session = await openOrtSession(model, provider);
    const sounds = [signalOf('rising', 1), signalOf('clap', 1)];
    const { embedding } = await session.run({ sound: soundsTensor(sounds) });
    await session.dispose();
    const got = embedding!.data as Float32Array;
    expect(session.provider).toBe(provider);
    expect(got.every(Number.isFinite)).toBe(true);
    sounds.forEach((sound, i) => {
      const heard = logMel(sound);
      const level = heard.reduce((sum, value) => sum + value, 0) / heard.length;
      const means = Array.from({ length: bands }, (_, band) => {
        let sum = 0;
        for (let frame = 0; frame < frames; frame++) sum += heard[frame * bands + band]!;
        return sum / frames - level;
      });
      expect(far(got.subarray(i * width, i * width + 1 + bands), [level, ...means])).toBeLessThan(1e-3);
    });
  },
);
