// One of the device's microphones for a screen: the last second that it heard, whole seconds while something is recorded, and
// how loud it is. As it is heard: what telephones do to voices would make sounds alike.
import { type ReadonlySignal, signal } from '@preact/signals';
import { soundRate } from '../../core/teach/sound-windows.ts';
import listenerUrl from '../../worklet/listener.ts?worker&url';
import {
  type Capture,
  type CaptureDevice,
  type CaptureKind,
  type CaptureProblem,
  createCapture,
} from './media-capture.ts';
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

/** Of what comes from the audio thread. */
interface Hearing {
  readonly hear: (piece: Float32Array) => void;
  /** What comes next does not go on where the last piece ended. */
  readonly beginAnew: () => void;
}

/** So long the audio thread may take to begin. Where there is no way for sound out, Firefox's (153) never does, and does not say so. */
const beginsWithinMs = 10_000;
/** So long the audio thread may be held up, by a call or the system, before the microphone counts as taken. */
const heldUpMs = 2000;

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
  const listeners = new Set<Hearing>();
  const capture = createCapture({
    ...microphones,
    attach: (stream, lost) =>
      listen(stream, {
        hear: piece => {
          // One that was asked for and is not wanted any more may be heard for a moment.
          if (capture.stream.peek() !== stream) return;
          level.value = levelOf(piece);
          last.push(piece);
          for (const listener of listeners) listener.hear(piece);
        },
        beginAnew: () => {
          forget();
          for (const listener of listeners) listener.beginAnew();
        },
        lost,
      }),
  });
  const forget = (): void => {
    last = new LastSecond();
    level.value = quietest;
  };
  capture.stream.subscribe(() => {
    listeners.clear();
    forget();
  });
  const record: Microphone['record'] = onSecond => {
    let seconds = new WholeSeconds();
    const hearing: Hearing = {
      hear: piece => {
        for (const second of seconds.push(piece)) onSecond(second);
      },
      beginAnew: () => {
        seconds = new WholeSeconds();
      },
    };
    listeners.add(hearing);
    return () => void listeners.delete(hearing);
  };
  return { ...capture, level, lastSecond: () => last.read(), record };
}

/** @returns what ends it, and gives the audio thread back */
async function listen(
  stream: MediaStream,
  hearing: Hearing & { readonly lost: (why: CaptureProblem) => void },
): Promise<() => void> {
  const { context, source } = sourceOf(stream);
  try {
    await context.audioWorklet.addModule(listenerUrl);
    const listener = new AudioWorkletNode(context, 'haversack-listener', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    listener.port.onmessage = ({ data }: MessageEvent<Float32Array>) => hearing.hear(data);
    source.connect(listener);
    const unwatch = watch(context, hearing);
    // Not awaited: a browser that wants a tap first answers only after it.
    void context.resume();
    return () => {
      unwatch();
      listener.port.onmessage = null;
      source.disconnect();
      void context.close();
    };
  } catch (thrown) {
    void context.close();
    throw thrown;
  }
}

/**
 * A context that the browser or the system holds up (a call on a phone, a change of devices) gives nothing, though its track goes on:
 * what was heard is not what is heard now. @returns what ends it
 */
function watch(
  context: AudioContext,
  hearing: Pick<Hearing, 'beginAnew'> & { readonly lost: (why: CaptureProblem) => void },
): () => void {
  let patience: ReturnType<typeof setTimeout> | undefined;
  const awaitBeginning = (): void => {
    const mayBegin = mayRunSound();
    patience = setTimeout(() => (mayBegin ? hearing.lost('failed') : awaitBeginning()), beginsWithinMs);
  };
  if (context.state !== 'running') awaitBeginning();
  context.onstatechange = () => {
    clearTimeout(patience);
    if (context.state === 'running') return;
    hearing.beginAnew();
    // Refused while it is held up; browsers that end that themselves say so by another change.
    context.resume().catch(() => undefined);
    patience = setTimeout(() => hearing.lost('busy'), heldUpMs);
  };
  return () => {
    context.onstatechange = null;
    clearTimeout(patience);
  };
}

/** Where a browser wants a tap before sound runs, waiting for one is no failure. Browsers that do not tell of taps count as tapped. */
function mayRunSound(): boolean {
  const { userActivation } = navigator as { readonly userActivation?: UserActivation };
  return userActivation?.hasBeenActive !== false;
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
