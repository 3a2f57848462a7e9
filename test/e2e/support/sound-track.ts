// A sound track for Chromium's fake microphone, made here: sounds one after another, each for a while. Chromium plays a WAV file
// from its beginning for each microphone that is opened, and in a loop.
import { writeFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { writeWav } from '../../../src/core/data/wav.ts';

const rate = 48_000;
/** Below it a sound is low, and above it high; Hz. */
const between = 1_000;

/** What is heard: a motor that hums, or a bird that chirps. */
export type Heard = 'hum' | 'chirp';

/** @param seconds that each is heard for, in turn */
export async function writeTrack(path: string, sounds: readonly Heard[], seconds: number): Promise<void> {
  const each = seconds * rate;
  const track = new Float32Array(sounds.length * each);
  sounds.forEach((sound, i) => {
    for (let at = 0; at < each; at++) track[i * each + at] = sampleOf(sound, at / rate);
  });
  await writeFile(path, writeWav(track, rate));
}

/** Neither is steady: no two seconds are alike, as outdoors. @param time in seconds */
function sampleOf(sound: Heard, time: number): number {
  const turns = (hz: number): number => Math.sin(2 * Math.PI * hz * time);
  const noise = 0.02 * (Math.random() - 0.5);
  switch (sound) {
    case 'hum':
      return noise + 0.2 * (1 + 0.4 * turns(1.7)) * (turns(140) + 0.5 * turns(280) + 0.3 * turns(420));
    case 'chirp': {
      // Five a second, each falling from 4.5 to 2.5 kHz: the phase is the frequency's integral.
      const [each, from, to] = [0.2, 4_500, 2_500];
      const since = time % each;
      const phase = from * since - ((from - to) / each / 2) * since ** 2;
      const loudness = 0.35 + 0.15 * turns(0.7);
      return noise + loudness * Math.sin((Math.PI * since) / each) * Math.sin(2 * Math.PI * phase);
    }
  }
}

/** What Chromium is started with so that it has a microphone that hears this track, and is allowed to be used. */
export function microphoneArguments(track: string): string[] {
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-audio-capture=${track}`,
  ];
}

interface Ears {
  stream: MediaStream | null;
  analyser: AnalyserNode | null;
}

/** Must be called before the page loads: keeps what its microphone gives, so that a test hears what the page hears. */
export async function listenAlong(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ears: Ears = { stream: null, analyser: null };
    (globalThis as unknown as { ears: Ears }).ears = ears;
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async constraints => {
      const stream = await original(constraints);
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(stream).connect(analyser);
      Object.assign(ears, { stream, analyser });
      return stream;
    };
  });
}

/** What the page's microphone hears now, by where its loudest tone lies; null: it is off. */
export function heardNow(page: Page): Promise<Heard | null> {
  return page.evaluate(limit => {
    const { stream, analyser } = (globalThis as unknown as { ears: Ears }).ears;
    if (!stream?.active || !analyser) return null;
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.indexOf(Math.max(...levels));
    if (!(levels[loudest]! > -70)) return null;
    const hz = (loudest * analyser.context.sampleRate) / analyser.fftSize;
    return hz < limit ? 'hum' : 'chirp';
  }, between);
}
