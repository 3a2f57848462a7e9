// One of the device's microphones for a screen: the last second that it heard, whole seconds while something is recorded, and
// how loud it is. As it is heard: what telephones do to voices would make sounds alike.
import { type ReadonlySignal, signal } from '@preact/signals';
import { soundRate } from '../../core/teach/sound-windows.ts';
import listenerUrl from '../../worklet/listener.ts?worker&url';
import { type Capture, type CaptureDevice, type CaptureKind, createCapture } from './media-capture.ts';
import { LastSecond, levelOf, quietest, WholeSeconds } from './sound-stream.ts';

/** Null: whichever the system takes. */
export type MicrophoneChoice = { readonly id: string } | null;

export interface Microphone extends Capture<CaptureDevice, MicrophoneChoice> {
  /** Of the last tenth of a second or so, in dB relative to full scale; `quietest` while it is off. */
  readonly level: ReadonlySignal<number>;
  /** [soundLength], −1 to 1, in memory of its own; null until it has heard so much. */
  readonly lastSecond: () => Float32Array<ArrayBuffer> | null;
  /**
   * Whole seconds from now on, one after another without gap or overlap, each [soundLength]. Ends with what it answers, and
   * with the microphone.
   */
  readonly record: (onSecond: (second: Float32Array<ArrayBuffer>) => void) => () => void;
}

type Hear = (piece: Float32Array) => void;

const microphones: Omit<CaptureKind<CaptureDevice, MicrophoneChoice>, 'attach'> = {
  kind: 'audioinput',
  any: null,
  memory: { last: null },
  constraintsOf: choice => ({
    video: false,
    audio: {
      channelCount: { ideal: 1 },
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
      ...(choice && { deviceId: { exact: choice.id } }),
    },
  }),
  deviceOf: ({ deviceId, label }) => ({ id: deviceId, label }),
  currentOf: (track, devices) => {
    const { deviceId } = track.getSettings();
    const listed = devices.find(device => device.id === deviceId);
    return { id: deviceId ?? '', label: listed?.label ?? track.label };
  },
};

export function createMicrophone(): Microphone {
  const level = signal(quietest);
  let last = new LastSecond();
  const listeners = new Set<Hear>();
  const capture = createCapture({
    ...microphones,
    attach: stream =>
      listen(stream, piece => {
        // One that was asked for and is not wanted any more may be heard for a moment.
        if (capture.stream.peek() !== stream) return;
        level.value = levelOf(piece);
        last.push(piece);
        for (const listener of listeners) listener(piece);
      }),
  });
  capture.stream.subscribe(() => {
    listeners.clear();
    last = new LastSecond();
    level.value = quietest;
  });
  const record: Microphone['record'] = onSecond => {
    const seconds = new WholeSeconds();
    const hear: Hear = piece => {
      for (const second of seconds.push(piece)) onSecond(second);
    };
    listeners.add(hear);
    return () => void listeners.delete(hear);
  };
  return { ...capture, level, lastSecond: () => last.read(), record };
}

/** @returns what ends it, and gives the audio thread back */
async function listen(stream: MediaStream, hear: Hear): Promise<() => void> {
  const { context, source } = sourceOf(stream);
  try {
    await context.audioWorklet.addModule(listenerUrl);
    const listener = new AudioWorkletNode(context, 'haversack-listener', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    listener.port.onmessage = ({ data }: MessageEvent<Float32Array>) => hear(data);
    source.connect(listener);
    // Not awaited: a browser that wants a tap first answers only after it.
    void context.resume();
    return () => {
      listener.port.onmessage = null;
      source.disconnect();
      void context.close();
    };
  } catch (thrown) {
    void context.close();
    throw thrown;
  }
}

/** At the rate that is wanted where the browser brings a microphone to it; Firefox does not, and then the listener does. */
function sourceOf(stream: MediaStream): { context: AudioContext; source: MediaStreamAudioSourceNode } {
  const wanted = new AudioContext({ sampleRate: soundRate });
  try {
    return { context: wanted, source: wanted.createMediaStreamSource(stream) };
  } catch {
    void wanted.close();
    const context = new AudioContext();
    return { context, source: context.createMediaStreamSource(stream) };
  }
}
