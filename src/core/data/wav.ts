// Sound as a WAV file: 16-bit PCM of one channel, which everything plays and no coder has changed (Microsoft and IBM, "Multimedia
// Programming Interface and Data Specifications 1.0", 1991, chapter 3, Waveform Audio File Format).
import type { Bytes } from '../artifact/digest.ts';

/** RIFF's own, the format's and the data's, in front of the samples. */
const headerBytes = 44;
const formatBytes = 16;
const pcm = 1;
/** IEEE numbers, and formats that are told in an extension (Microsoft, "Multiple channel audio data and WAVE files", 2001). */
const floats = 3;
const extensible = 0xfffe;
const bytesOfSample = 2;
const fullScale = 2 ** 15;

/** @param samples −1 to 1; what is beyond is clipped @param rate in Hz */
export function writeWav(samples: Float32Array, rate: number): Bytes {
  const dataBytes = samples.length * bytesOfSample;
  const bytes = new Uint8Array(headerBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  text(0, 'RIFF');
  view.setUint32(4, headerBytes - 8 + dataBytes, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, formatBytes, true);
  view.setUint16(20, pcm, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * bytesOfSample, true);
  view.setUint16(32, bytesOfSample, true);
  view.setUint16(34, 8 * bytesOfSample, true);
  text(36, 'data');
  view.setUint32(40, dataBytes, true);
  samples.forEach((sample, i) => {
    const step = Math.max(-fullScale, Math.min(fullScale - 1, Math.round(sample * fullScale)));
    view.setInt16(headerBytes + i * bytesOfSample, step, true);
  });
  return bytes;
}

/**
 * The samples of such a file, to the bit; chunks of others about it (LIST, bext) are passed over.
 * @returns null for every other file: another rate, several channels, other numbers, no WAV at all, cut short
 */
export function readWav(bytes: Bytes, rate: number): Float32Array<ArrayBuffer> | null {
  const view = viewOf(bytes);
  let isOurs = false;
  for (const { name, size, start } of chunksOf(bytes, view)) {
    if (start + size > bytes.length) return null;
    if (name === 'fmt ') isOurs = size >= formatBytes && isPlain(view, start, rate);
    if (name === 'data') return isOurs ? samplesOf(view, start, size) : null;
  }
  return null;
}

/**
 * How long a file plays, by its header: nothing of it is decoded.
 * @returns seconds, of any rate and number of channels; null for every file whose samples do not lie in it as they are
 */
export function wavSeconds(bytes: Bytes): number | null {
  const view = viewOf(bytes);
  let bytesASecond = 0;
  for (const { name, size, start } of chunksOf(bytes, view)) {
    if (name === 'fmt ' && start + formatBytes <= bytes.length) {
      const isRaw = [pcm, floats, extensible].includes(view.getUint16(start, true));
      bytesASecond = isRaw ? view.getUint32(start + 4, true) * view.getUint16(start + 12, true) : 0;
    }
    // What records as it goes does not know its size yet and leaves the largest there.
    if (name === 'data') return bytesASecond > 0 ? Math.min(size, bytes.length - start) / bytesASecond : null;
  }
  return null;
}

function viewOf(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Chunk {
  readonly name: string;
  readonly size: number;
  readonly start: number;
}

/** Those whose header lies in the file, wherever they end; none of what is no WAV file. */
function* chunksOf(bytes: Bytes, view: DataView): Generator<Chunk> {
  if (bytes.length < 12 || nameAt(bytes, 0) !== 'RIFF' || nameAt(bytes, 8) !== 'WAVE') return;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, size, start] = [nameAt(bytes, at), view.getUint32(at + 4, true), at + 8];
    yield { name, size, start };
    // Of an odd size, a byte fills up.
    at = start + size + (size % 2);
  }
}

function nameAt(bytes: Bytes, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function isPlain(view: DataView, at: number, rate: number): boolean {
  const [format, channels, bits] = [0, 2, 14].map(offset => view.getUint16(at + offset, true));
  return format === pcm && channels === 1 && bits === 8 * bytesOfSample && view.getUint32(at + 4, true) === rate;
}

function samplesOf(view: DataView, start: number, size: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: Math.floor(size / bytesOfSample) },
    (_, i) => view.getInt16(start + i * bytesOfSample, true) / fullScale,
  );
}
