// The discrete Fourier transform, for pictures of sounds.

/**
 * In place: X(k) = Σ x(n) e^(−2πi kn / N), by halves (Cooley and Tukey, "An Algorithm for the Machine Calculation of Complex
 * Fourier Series", Mathematics of Computation 19, 1965).
 * @param re [N], N a power of two; as `im`
 */
export function fft(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  reverseBits(re, im);
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (-Math.PI * k) / half;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half;
        const [turnedRe, turnedIm] = [re[b]! * cos - im[b]! * sin, re[b]! * sin + im[b]! * cos];
        [re[b], im[b]] = [re[a]! - turnedRe, im[a]! - turnedIm];
        re[a]! += turnedRe;
        im[a]! += turnedIm;
      }
    }
  }
}

/** Each number to the place whose binary digits are those of its own in reverse. */
function reverseBits(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i >= j) continue;
    [re[i], re[j]] = [re[j]!, re[i]!];
    [im[i], im[j]] = [im[j]!, im[i]!];
  }
}
