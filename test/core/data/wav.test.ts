import { describe, expect, it } from 'vitest';
import { readWav, wavSeconds, writeWav } from '../../../src/core/data/wav.ts';

const rate = 16_000;
const samples = Float32Array.from({ length: 33 }, (_, i) => Math.round(32_768 * Math.sin(i / 3)) / 32_768);

describe('a WAV file', () => {
  it('is a header of 44 bytes and samples of 16 bits, and comes back to the bit', () => {
    const bytes = writeWav(samples, rate);
    expect(bytes).toHaveLength(44 + 2 * 33);
    // RIFF, size, WAVE, fmt, 16, PCM, 1 channel, 16 kHz, 32,000 bytes a second, blocks of 2 bytes, 16 bits, data, size.
    expect(Buffer.from(bytes.subarray(0, 44)).toString('hex')).toBe(
      '524946466600000057415645666d74201000000001000100803e0000007d000002001000646174614200' + '0000',
    );
    expect(readWav(bytes, rate)).toEqual(samples.map(value => Math.min(value, 32_767 / 32_768)));
  });

  it('clips what is louder than full scale', () => {
    expect([...readWav(writeWav(Float32Array.of(2, -2), rate), rate)!]).toEqual([32_767 / 32_768, -1]);
  });

  it('is read wherever it lies, with chunks of others about the samples', () => {
    const bytes = writeWav(samples, rate);
    const other = Uint8Array.from([...'LIST'].map(letter => letter.charCodeAt(0)).concat([3, 0, 0, 0, 1, 2, 3, 0]));
    const within = Uint8Array.from([9, ...bytes.subarray(0, 36), ...other, ...bytes.subarray(36), 1]).subarray(1);
    expect(readWav(within, rate)).toEqual(readWav(bytes, rate));
  });

  it.each([
    ['another rate', (bytes: Uint8Array) => bytes.set([0x44, 0xac], 24)],
    ['two channels', (bytes: Uint8Array) => bytes.set([2], 22)],
    ['floats', (bytes: Uint8Array) => bytes.set([3], 20)],
    ['8 bits', (bytes: Uint8Array) => bytes.set([8], 34)],
    ['more than there is', (bytes: Uint8Array) => bytes.set([0xff], 41)],
    ['no WAV', (bytes: Uint8Array) => bytes.set([0], 0)],
    ['no samples', (bytes: Uint8Array) => bytes.set([0], 36)],
  ])('with %s is none that is read here', (_, change) => {
    const bytes = writeWav(samples, rate);
    change(bytes);
    expect(readWav(bytes, rate)).toBeNull();
  });

  it('is none where there is next to nothing', () => {
    expect(readWav(new Uint8Array(5), rate)).toBeNull();
    expect(readWav(writeWav(samples, rate).subarray(0, 30), rate)).toBeNull();
  });
});

describe('how long a WAV file plays', () => {
  const changed = (change: (view: DataView) => void) => {
    const bytes = writeWav(new Float32Array(2 * rate), rate);
    change(new DataView(bytes.buffer));
    return bytes;
  };

  it.each([
    ['16 bits at 16 kHz', () => undefined, 2],
    ['floats of two channels', (view: DataView) => (view.setUint16(20, 3, true), view.setUint16(32, 8, true)), 0.5],
    ['8 bits at 8 kHz', (view: DataView) => (view.setUint32(24, 8000, true), view.setUint16(32, 1, true)), 8],
    ['an extended format', (view: DataView) => view.setUint16(20, 0xfffe, true), 2],
    ['a size that was not known when it was begun', (view: DataView) => view.setUint32(40, 0xffff_ffff, true), 2],
  ])('of %s is told by its header', (_, change, seconds) => {
    expect(wavSeconds(changed(change))).toBe(seconds);
  });

  it.each([
    ['a coded one', (view: DataView) => view.setUint16(20, 0x55, true)],
    ['one of no rate', (view: DataView) => view.setUint32(24, 0, true)],
    ['what is none', (view: DataView) => view.setUint8(0, 0)],
  ])('is not told of %s', (_, change) => {
    expect(wavSeconds(changed(change))).toBeNull();
  });

  it('is not told of what is cut off in its header', () => {
    for (const length of [0, 11, 20, 30, 43]) expect(wavSeconds(changed(() => undefined).slice(0, length))).toBeNull();
  });
});
