// What is recorded of which class now: whole seconds, as long as somebody holds, or as many as were asked for.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { prepareSound } from '../../../device/prepare-sound.ts';
import type { Microphone } from '../../state/microphone.ts';
import type { Teaching } from '../../state/project.ts';

export interface SoundRecording {
  /** The class. */
  readonly of: string;
  /** How many there are by now. */
  readonly seconds: number;
}

interface UnderWay {
  readonly of: string;
  readonly recording: string;
  seconds: number;
  /** Ends by itself then; null: when it is let go of. */
  until: number | null;
  end: () => void;
}

export function useSoundRecording(teaching: Teaching, microphone: Microphone) {
  const [shown, setShown] = useState<SoundRecording | null>(null);
  const now = useRef<UnderWay | null>(null);
  const stop = useCallback(() => {
    now.current?.end();
    now.current = null;
    setShown(null);
  }, []);
  const keep = async ({ of, recording }: UnderWay, second: Float32Array): Promise<void> => {
    const sound = await prepareSound(second);
    // No room, or the class is gone: so it would be with the next.
    if ((await teaching.add(of, sound, { recording, source: 'microphone' })) === 'failed') stop();
  };
  const start = async (of: string, until: number | null): Promise<void> => {
    stop();
    const mine: UnderWay = { of, recording: crypto.randomUUID(), seconds: 0, until, end: () => undefined };
    now.current = mine;
    setShown({ of, seconds: 0 });
    if (!microphone.stream.peek() && !(await microphone.start())) return stop();
    // Let go of, while the browser asked whether it may.
    const stillWanted: unknown = now.current;
    if (stillWanted !== mine) return;
    mine.end = microphone.record(second => {
      mine.seconds += 1;
      setShown({ of, seconds: mine.seconds });
      void keep(mine, second);
      if (mine.until !== null && mine.seconds >= mine.until) stop();
    });
  };
  /** Let go of before a second is whole, it ends with that: a tap is a second, as it is a photo. */
  const release = (): void => {
    const mine = now.current;
    if (mine && mine.seconds === 0 && microphone.stream.peek()) mine.until = 1;
    else stop();
  };
  useEffect(
    () =>
      microphone.stream.subscribe(stream => {
        if (!stream && !microphone.starting.peek()) stop();
      }),
    [microphone, stop],
  );
  useEffect(() => stop, [stop]);
  return { recording: shown, start, release, stop };
}
