// From a second of sound to what is kept of it: a WAV file, a picture of what ears hear in it, and a fingerprint.
import { throwIfAborted } from '../client/backoff.ts';
import { fingerprint } from '../core/data/fingerprint.ts';
import { writeWav } from '../core/data/wav.ts';
import { bands, frames, logMel, pictureRange } from '../core/teach/log-mel.ts';
import { assertSecond, soundRate, soundWindows } from '../core/teach/sound-windows.ts';
import type { KeptSound } from './examples.ts';
import { thumbnailOf, thumbnailSide } from './prepare-photo.ts';

/** From silence to loud, as matplotlib's magma (N. J. Smith and S. van der Walt, CC0): as light as it is loud. */
const colours = [
  [0, 0, 4],
  [81, 18, 124],
  [183, 55, 121],
  [252, 137, 97],
  [252, 253, 191],
] as const;

/**
 * The same samples give the same WAV file.
 * @param samples [soundLength], mono at `soundRate`, −1 to 1; what is beyond is clipped
 * @throws HaversackError `InputInvalid` for another length, and for numbers that are not finite
 */
export async function prepareSound(samples: Float32Array): Promise<KeptSound> {
  assertSecond(samples);
  const bytes = writeWav(samples, soundRate);
  const levels = levelsOf(samples);
  return {
    mediaType: 'audio/wav',
    bytes,
    width: frames,
    height: bands,
    thumbnail: await thumbnailOf(pictureOf(levels)),
    fingerprint: fingerprint(greyOf(levels), bands, frames),
  };
}

/**
 * Each second of it (`soundWindows`), one after another.
 * @param samples of any length
 * @param signal looked at between seconds
 * @throws HaversackError as `prepareSound`; `Aborted`
 */
export async function prepareSeconds(samples: Float32Array, signal?: AbortSignal): Promise<KeptSound[]> {
  const kept: KeptSound[] = [];
  for (const second of soundWindows(samples)) {
    throwIfAborted(signal);
    kept.push(await prepareSound(second));
  }
  return kept;
}

/** [frames, bands], 0 to 1. */
function levelsOf(samples: Float32Array): Float32Array {
  const [black, white] = pictureRange;
  return logMel(samples).map(value => Math.min(1, Math.max(0, (value - black) / (white - black))));
}

/**
 * [frames, bands, 4]: bands from left to right, for the fingerprint to tell how the loudness of neighbouring bands compares. Of
 * neighbouring times it would say nothing for a steady sound, and all of those would be alike.
 */
function greyOf(levels: Float32Array): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(4 * levels.length);
  levels.forEach((level, at) => rgba.fill(255 * level, 4 * at, 4 * at + 3));
  return rgba;
}

/** A square: time goes to the right, high tones are above. */
function pictureOf(levels: Float32Array): OffscreenCanvas {
  const image = new ImageData(frames, bands);
  levels.forEach((level, at) => {
    const [frame, band] = [Math.floor(at / bands), at % bands];
    image.data.set([...colourOf(level), 255], 4 * ((bands - 1 - band) * frames + frame));
  });
  const small = new OffscreenCanvas(frames, bands);
  small.getContext('2d')!.putImageData(image, 0, 0);
  const square = new OffscreenCanvas(thumbnailSide, thumbnailSide);
  square.getContext('2d')!.drawImage(small, 0, 0, thumbnailSide, thumbnailSide);
  return square;
}

function colourOf(level: number): number[] {
  const at = level * (colours.length - 1);
  const below = Math.min(colours.length - 2, Math.floor(at));
  const [from, to] = [colours[below]!, colours[below + 1]!];
  return from.map((value, channel) => value + (at - below) * (to[channel]! - value));
}
