// Hands on what a microphone hears, in one channel at 16 kHz, in pieces of a twentieth of a second: [800], −1 to 1. Runs on the
// audio thread: no more than that is done here.
import { Resampler } from '../core/data/resampler.ts';
import { soundRate } from '../core/teach/sound-windows.ts';

const pieceLength = soundRate / 20;

class Listener extends AudioWorkletProcessor {
  readonly #resampler = sampleRate === soundRate ? null : new Resampler(sampleRate, soundRate);
  #piece = new Float32Array(pieceLength);
  #filled = 0;

  /** Called for every 128 samples of the context's. Their memory is the browser's. */
  process([input]: readonly (readonly Float32Array[])[]): boolean {
    const heard = input?.[0];
    if (heard) this.#take(this.#resampler?.push(heard) ?? heard);
    return true;
  }

  #take(samples: Float32Array): void {
    for (const sample of samples) {
      this.#piece[this.#filled++] = sample;
      if (this.#filled < pieceLength) continue;
      const whole = this.#piece;
      this.#piece = new Float32Array(pieceLength);
      this.#filled = 0;
      this.port.postMessage(whole, [whole.buffer]);
    }
  }
}

registerProcessor('haversack-listener', Listener);
