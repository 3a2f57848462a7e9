import { describe, expect, it } from 'vitest';
import { readWav, writeWav } from '../../../src/core/data/wav.ts';

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
