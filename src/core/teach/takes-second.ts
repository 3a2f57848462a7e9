// Whether an input takes what a microphone is heard by: one second, as it is learnt from.
import type { InputInterface } from '../artifact/interface.ts';
import { soundLength, soundRate } from './sound-windows.ts';

export function takesSecond({ datatype, shape, meaning }: InputInterface): boolean {
  const [, samples, ...others] = shape;
  const isOfRate = meaning?.kind === 'waveform' && meaning.sampleRate === soundRate;
  return datatype === 'FP32' && isOfRate && samples === soundLength && others.length === 0;
}
