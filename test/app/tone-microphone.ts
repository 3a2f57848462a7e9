// A microphone before which a tone sounds, for browser tests: a real stream, through the real audio thread.
import { onTestFinished, vi } from 'vitest';
import { userEvent } from 'vitest/browser';

export const toneHz = 440;
/** Of full scale. */
export const loudness = 0.5;

/** From now on the page's microphones hear the tone. Ends with the test. */
export async function microphoneHearsTone() {
  await tapped();
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: toneHz });
  tone.connect(new GainNode(context, { gain: loudness })).connect(out);
  tone.start();
  const ask = vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValue(out.stream);
  onTestFinished(() => context.close());
  return { ask, stream: out.stream };
}

/** What a page may not without a tap: Chromium lets sound run only once somebody has tapped. */
async function tapped(): Promise<void> {
  const button = document.body.appendChild(document.createElement('button'));
  await userEvent.click(button);
  button.remove();
}
