// Plays seconds of sound, one at a time. By Web Audio: the page's policy lets no element load sound that was made here.
import { toFailure } from '../../core/errors.ts';
import { soundRate } from '../../core/teach/sound-windows.ts';
import { errorToast } from './error-toast.ts';

export interface SoundPlayer {
  /** Instead of what plays. Says what goes wrong. @param read [samples], −1 to 1, at `soundRate`; null: it is gone */
  readonly play: (read: () => Promise<Float32Array<ArrayBuffer> | null>) => Promise<void>;
  readonly dispose: () => void;
}

export function createSoundPlayer(): SoundPlayer {
  let context: AudioContext | null = null;
  let playing: AudioBufferSourceNode | null = null;
  /** Grows with each that is to be played: what was still being read of the one before is not heard. */
  let turn = 0;
  const play: SoundPlayer['play'] = async read => {
    const mine = (turn += 1);
    // Begun by the tap itself: later the browser would not let it sound.
    context ??= new AudioContext();
    void context.resume();
    try {
      const samples = await read();
      if (mine !== turn || !samples) return;
      playing?.stop();
      const buffer = context.createBuffer(1, samples.length, soundRate);
      buffer.copyToChannel(samples, 0);
      playing = new AudioBufferSourceNode(context, { buffer });
      playing.connect(context.destination);
      playing.start();
    } catch (thrown) {
      errorToast(toFailure(thrown));
    }
  };
  const dispose = (): void => {
    turn += 1;
    void context?.close();
    context = playing = null;
  };
  return { play, dispose };
}
