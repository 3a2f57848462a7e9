// The log-mel spectrogram of a second: how loud it is in 64 bands of what ears tell apart, a hundred times a second. As VGGish
// and YAMNet hear (Hershey et al., "CNN Architectures for Large-Scale Audio Classification", arXiv 1609.09430, §3.1), but of
// powers. What is here in plain numbers is for pictures; models have it in their graph (`sound-preparation.ts`).
import { fft } from '../data/fft.ts';
import { soundLength, soundRate } from './sound-windows.ts';

/** Of one frame, in samples: 25 ms, every 10 ms. */
export const frameLength = 400;
export const frameStep = 160;
/** No frame reaches over the end. */
export const frames = 1 + Math.floor((soundLength - frameLength) / frameStep);
/** Frames are filled up with zeros to so many samples, for a bin each 31.25 Hz. */
export const fftLength = 512;

export const bands = 64;
/** The lowest band begins here, the highest ends there, in Hz. */
const [lowest, highest] = [125, 7500];

/**
 * Power that is added to each band before its logarithm, so that silence is a number, and what a microphone makes of silence
 * nearly the same. A sine of full scale has the power (frameLength / 4)² = 10,000 in its band.
 */
export const leastPower = 1e-3;

/** Of a picture: silence is black; white is a sine of a quarter of full scale, which little in a room is louder than. */
export const pictureRange = [Math.log(leastPower), 2 * Math.log(frameLength / 16)] as const;

/** Hertz → mel (D. O'Shaughnessy, "Speech Communication", 1987, as HTK has it). */
function melOf(hertz: number): number {
  return 1127 * Math.log1p(hertz / 700);
}

/** From the middle of a band to that of the next, in mel. */
const melStep = (melOf(highest) - melOf(lowest)) / (bands + 1);

/** Bins of the transform that lie in a band: from the first on, so many. */
const hertzOfBin = soundRate / fftLength;
export const firstBin = Math.floor(lowest / hertzOfBin) + 1;
export const bins = Math.ceil(highest / hertzOfBin) - firstBin;

/** [bins]: where on the scale of bands each bin lies; band b is a triangle from b − 1 over its middle b to b + 1. */
export const bandOfBin: Float32Array<ArrayBuffer> = Float32Array.from(
  { length: bins },
  (_, i) => (melOf((firstBin + i) * hertzOfBin) - melOf(lowest)) / melStep - 1,
);

/** Hann's window, periodic (as `tf.signal.hann_window`). @param n of `frameLength` */
export function windowAt(n: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / frameLength);
}

/** @param sound [soundLength] @returns [frames, bands], natural logarithms */
export function logMel(sound: Float32Array): Float32Array<ArrayBuffer> {
  const made = new Float32Array(frames * bands);
  const [re, im] = [new Float64Array(fftLength), new Float64Array(fftLength)];
  for (let frame = 0; frame < frames; frame++) {
    re.fill(0);
    im.fill(0);
    for (let n = 0; n < frameLength; n++) re[n] = windowAt(n) * sound[frame * frameStep + n]!;
    fft(re, im);
    const powers = made.subarray(frame * bands, (frame + 1) * bands);
    addPowers(powers, re, im);
    powers.forEach((power, band) => (powers[band] = Math.log(power + leastPower)));
  }
  return made;
}

function addPowers(powers: Float32Array, re: Float64Array, im: Float64Array): void {
  bandOfBin.forEach((at, i) => {
    const power = re[firstBin + i]! ** 2 + im[firstBin + i]! ** 2;
    const below = Math.floor(at);
    // Of the two triangles over it, one falls as the other rises.
    if (below >= 0) powers[below]! += power * (1 - (at - below));
    if (below + 1 < bands) powers[below + 1]! += power * (at - below);
  });
}
