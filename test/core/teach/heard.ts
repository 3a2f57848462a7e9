// A log-mel spectrogram as it is defined, computed plainly: no fast transform, no shared table.

/** Of one frame of `sound` (16 kHz), from `start` on: [64]. */
export function heardAt(sound: ArrayLike<number>, start: number): number[] {
  const windowed = Array.from({ length: 400 }, (_, n) => {
    return sound[start + n]! * Math.sin((Math.PI * n) / 400) ** 2;
  });
  const powers = Array.from({ length: 257 }, (_, k) => {
    let [re, im] = [0, 0];
    windowed.forEach((value, n) => {
      re += value * Math.cos((2 * Math.PI * k * n) / 512);
      im -= value * Math.sin((2 * Math.PI * k * n) / 512);
    });
    return re * re + im * im;
  });
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const [low, high] = [mel(125), mel(7500)];
  const edge = (i: number) => low + (i * (high - low)) / 65;
  return Array.from({ length: 64 }, (_, band) => {
    const sum = powers.reduce((total, power, k) => {
      const at = mel((k * 16_000) / 512);
      const rising = (at - edge(band)) / (edge(band + 1) - edge(band));
      const falling = (edge(band + 2) - at) / (edge(band + 2) - edge(band + 1));
      return total + power * Math.max(0, Math.min(rising, falling));
    }, 0);
    return Math.log(sum + 0.001);
  });
}

/** Largest |difference| of two lists. */
export function far(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
