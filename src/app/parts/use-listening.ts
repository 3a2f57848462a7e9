// What a microphone heard last, a few times a second while it runs.
import { useEffect, useRef } from 'preact/hooks';
import type { Microphone } from '../state/microphone.ts';

/** Four looks a second: what is said between two is heard in both. */
const everyMs = 250;

/** @param hear given the last second; null once when the microphone is off. The latest that was given is called. */
export function useListening(
  microphone: Microphone,
  hear: (second: Float32Array<ArrayBuffer> | null) => void,
): void {
  const latest = useRef(hear);
  latest.current = hear;
  const isOn = microphone.stream.value !== null;
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => {
      const second = microphone.lastSecond();
      if (second) latest.current(second);
    }, everyMs);
    return () => {
      clearInterval(timer);
      latest.current(null);
    };
  }, [microphone, isOn]);
}
