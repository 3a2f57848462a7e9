import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resampler } from '../../../src/core/data/resampler.ts';

function tone(frequency: number, rate: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));
}

/** RMS of what is in the middle: the ends hear of silence before and after. */
function loudness(samples: Float32Array): number {
  const middle = samples.subarray(400, samples.length - 400);
  return Math.sqrt(middle.reduce((sum, value) => sum + value * value, 0) / middle.length);
}

test.each([48_000, 44_100, 96_000, 32_000])('a tone of 1 kHz at %i Hz is the same tone at 16 kHz', rate => {
  const made = new Resampler(rate, 16_000).push(tone(1_000, rate, rate / 2));
  const wanted = tone(1_000, 16_000, made.length);
  const worst = Math.max(
    ...made.subarray(400, made.length - 400).map((value, i) => Math.abs(value - wanted[i + 400]!)),
  );
  expect(worst).toBeLessThan(2e-3);
  expect(made.length).toBeGreaterThan(7_900);
});

test.each([48_000, 44_100])('what 16 kHz cannot hold is gone, not folded: 9 kHz at %i Hz', rate => {
  expect(loudness(new Resampler(rate, 16_000).push(tone(9_000, rate, rate / 2)))).toBeLessThan(1e-3);
});

test('a rate below is brought up', () => {
  const made = new Resampler(8_000, 16_000).push(tone(1_000, 8_000, 4_000));
  expect(loudness(made)).toBeCloseTo(Math.SQRT1_2, 2);
});

test('in pieces it is what it is in one', () => {
  const whole = tone(700, 44_100, 3_000);
  const expected = new Resampler(44_100, 16_000).push(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 }), cuts => {
      const resampler = new Resampler(44_100, 16_000);
      const made: number[] = [];
      let from = 0;
      for (const length of [...cuts, whole.length]) {
        made.push(...resampler.push(whole.subarray(from, from + length)));
        from = Math.min(whole.length, from + length);
      }
      expect(made).toEqual([...expected]);
    }),
    { numRuns: 30 },
  );
});
