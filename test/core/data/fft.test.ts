import { expect, it } from 'vitest';
import { fft } from '../../../src/core/data/fft.ts';

it.each([1, 2, 8, 64])('is the transform as it is defined, of %i numbers', size => {
  const [a, b] = [3, 7].map(step => Float64Array.from({ length: size }, (_, n) => Math.sin(n * step + 1)));
  const want = Array.from({ length: size }, (_, k) => {
    let [re, im] = [0, 0];
    for (let n = 0; n < size; n++) {
      const [cos, sin] = [Math.cos((2 * Math.PI * k * n) / size), -Math.sin((2 * Math.PI * k * n) / size)];
      re += a![n]! * cos - b![n]! * sin;
      im += a![n]! * sin + b![n]! * cos;
    }
    return [re, im];
  });
  fft(a!, b!);
  want.forEach(([re, im], k) => {
    expect(a![k]).toBeCloseTo(re!, 10);
    expect(b![k]).toBeCloseTo(im!, 10);
  });
});
