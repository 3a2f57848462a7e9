import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { bands, frames, frameStep, logMel } from '../../../src/core/teach/log-mel.ts';
import { soundSpec } from '../../../src/core/teach/prepare-sound.ts';
import { writeLogMel } from '../../../src/core/teach/sound-preparation.ts';
import { StageWriter } from '../../../src/core/teach/stage-writer.ts';
import { far, heardAt } from './heard.ts';
import { type Signal, signalOf, soundsTensor } from './sounds.ts';

const names: readonly Signal[] = ['beep', 'rising', 'hiss', 'clap', 'nothing'];

describe('a log-mel spectrogram', () => {
  it.each(names)('is what its definition says: %s', name => {
    const sound = signalOf(name, 1);
    const heard = logMel(sound);
    expect(heard).toHaveLength(98 * 64);
    for (const frame of [0, 41, frames - 1]) {
      const got = heard.subarray(frame * bands, (frame + 1) * bands);
      expect(far(got, heardAt(sound, frame * frameStep))).toBeLessThan(1e-4);
    }
  });

  it('is computed alike by a graph of ordinary operators, of several sounds at once', async () => {
    const graph = new Graph();
    graph.inputs = [soundSpec];
    const heard = writeLogMel(new StageWriter(graph, 'sound'));
    graph.outputs = [{ name: heard, datatype: 'FP32', shape: [-1, frames, bands] }];
    // No matrix is stored: 235 bins by 400 samples, twice, would be 752 kB.
    const file = graph.toBytes();
    expect(file.length).toBeLessThan(10_000);
    const session = await openNodeSession(file);
    const sounds = names.map(name => signalOf(name, 2));
    const outputs = await session.run({ sound: soundsTensor(sounds) });
    await session.dispose();
    expect(outputs[heard]!.shape).toEqual([5, 98, 64]);
    const got = outputs[heard]!.data as Float32Array;
    sounds.forEach((sound, i) => {
      expect(far(got.subarray(i * frames * bands, (i + 1) * frames * bands), logMel(sound))).toBeLessThan(
        1e-4,
      );
    });
  });

  it('has a tone in its band, as loud as it is, and silence everywhere', () => {
    const tone = Float32Array.from(
      { length: 16_000 },
      (_, n) => 0.5 * Math.sin((2 * Math.PI * 1000 * n) / 16_000),
    );
    const frame = [...logMel(tone).subarray(0, bands)];
    // 1000 Hz are 1000 mel; bands lie 39.8 mel apart from 185.2 on.
    expect(frame.indexOf(Math.max(...frame))).toBe(Math.round((1000 - 185.2) / 39.8) - 1);
    // (½ · ½ · 200)² = 2500 in its bin, a quarter of that in both neighbours.
    expect(Math.max(...frame)).toBeGreaterThan(Math.log(2000));
    expect(Math.max(...frame)).toBeLessThan(Math.log(4000));
    expect(far(logMel(new Float32Array(16_000)), new Array(98 * 64).fill(Math.log(0.001)))).toBeLessThan(
      1e-6,
    );
  });
});
