// Sounds for tests, of the sets that the bench makes.
import { type SoundSet, soundSets } from '../../../bench/teach/sound-sets.ts';
import { soundLength } from '../../../src/core/teach/sound-windows.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';

const signals: SoundSet = soundSets.find(({ name }) => name === 'signals')!;

export type Signal = 'beep' | 'rising' | 'falling' | 'hiss' | 'clap' | 'nothing';

export function signalOf(name: Signal, nth: number): Float32Array<ArrayBuffer> {
  return signals.soundOf(signals.classes.indexOf(name), nth);
}

/** FP32 [n, soundLength]. */
export function soundsTensor(sounds: readonly Float32Array[]): Tensor {
  const all = new Float32Array(sounds.length * soundLength);
  sounds.forEach((sound, i) => all.set(sound, i * soundLength));
  return float32([sounds.length, soundLength], all);
}
