// A camera or microphone of the device for a screen: asked for, chosen, let go of while the page is hidden, and why there is
// none. Knows nothing of what becomes of what it gives.
import { type ReadonlySignal, signal } from '@preact/signals';

/**
 * Why there is nothing to see or hear. `insecure`: browsers give devices to pages over HTTPS and on this machine only;
 * `unplugged`: it went while it ran.
 */
export type CaptureProblem = 'insecure' | 'denied' | 'none' | 'busy' | 'unplugged' | 'failed';

export interface CaptureDevice {
  readonly id: string;
  /** As the system calls it; empty until it was allowed once. */
  readonly label: string;
}

export interface Capture<Device extends CaptureDevice, Choice> {
  /** Null while it is off, and while it is being started. */
  readonly stream: ReadonlySignal<MediaStream | null>;
  readonly starting: ReadonlySignal<boolean>;
  readonly problem: ReadonlySignal<CaptureProblem | null>;
  /** Known after the first start. */
  readonly devices: ReadonlySignal<readonly Device[]>;
  /** The one that runs, or ran last. */
  readonly current: ReadonlySignal<Device | null>;
  /** Answers whether it runs. Without a choice: as last time. */
  readonly start: (choice?: Choice) => Promise<boolean>;
  readonly stop: () => void;
  /** Stops it for good. */
  readonly dispose: () => void;
}

type Lost = (why: CaptureProblem) => void;

/** What is captured, and how a device of that kind is asked for. */
export interface CaptureKind<Device extends CaptureDevice, Choice> {
  readonly kind: 'videoinput' | 'audioinput';
  readonly constraintsOf: (choice: Choice) => MediaStreamConstraints;
  readonly deviceOf: (listed: MediaDeviceInfo) => Device;
  readonly currentOf: (track: MediaStreamTrack, devices: readonly Device[]) => Device;
  /** What is asked for where nothing was chosen, and where what was chosen is gone. */
  readonly any: Choice;
  /** What was asked for last on this page; whoever starts one without a choice gets it again. */
  readonly memory: { last: Choice };
  /**
   * Takes up what it gives, before it counts as running; absent: there is nothing to take up.
   * @param lost lets go of it and says why, for what gives nothing any more though its track goes on
   * @returns what lets go of it
   */
  readonly attach?: (stream: MediaStream, lost: Lost) => Promise<() => void>;
}

export function createCapture<Device extends CaptureDevice, Choice>(
  kind: CaptureKind<Device, Choice>,
): Capture<Device, Choice> {
  const stream = signal<MediaStream | null>(null);
  const starting = signal(false);
  const problem = signal<CaptureProblem | null>(null);
  const devices = signal<readonly Device[]>([]);
  const current = signal<Device | null>(null);
  /** Grows with every start and stop: what was asked for before is let go of when it comes. */
  let turn = 0;
  let running: Opened<Device> | null = null;

  const release = (): void => {
    turn += 1;
    starting.value = false;
    running?.letGo();
    running = null;
    stream.value = null;
  };
  const start = async (choice: Choice = kind.memory.last): Promise<boolean> => {
    release();
    const mine = turn;
    problem.value = null;
    starting.value = true;
    const isMine = (): boolean => mine === turn && !sight.isOver();
    const opened = await open(kind, choice, why => {
      if (!isMine()) return;
      release();
      problem.value = why;
    });
    if (!isMine()) {
      if ('track' in opened) opened.letGo();
      return false;
    }
    starting.value = false;
    if ('problem' in opened) {
      problem.value = opened.problem;
      return false;
    }
    kind.memory.last = choice;
    running = opened;
    devices.value = opened.devices;
    current.value = kind.currentOf(opened.track, opened.devices);
    const end = (): void => {
      if (!isMine()) return;
      release();
      void whyEnded(kind.kind, opened).then(why => {
        if (mine + 1 === turn) problem.value = why;
      });
    };
    opened.track.addEventListener('ended', end);
    // While it was being taken up: the event is over.
    if (opened.track.readyState === 'ended') {
      end();
      return false;
    }
    stream.value = opened.stream;
    return true;
  };
  const sight = followSight({
    isOn: () => stream.peek() !== null || starting.peek(),
    start: () => void start(),
    release,
  });
  return { stream, starting, problem, devices, current, start, stop: sight.stop, dispose: sight.dispose };
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Nobody is watched or heard by a page that is out of sight: it is let go of, and taken again once the page is seen. */
function followSight(capture: {
  readonly isOn: () => boolean;
  readonly start: () => void;
  readonly release: () => void;
}) {
  const ended = new AbortController();
  let resumes = false;
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') {
        resumes = capture.isOn();
        if (resumes) capture.release();
      } else if (resumes) {
        resumes = false;
        capture.start();
      }
    },
    { signal: ended.signal },
  );
  const stop = (): void => {
    resumes = false;
    capture.release();
  };
  const dispose = (): void => {
    ended.abort();
    stop();
  };
  return { stop, dispose, isOver: () => ended.signal.aborted };
}

interface Opened<Device> {
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  readonly devices: readonly Device[];
  /** Whether the browser keeps the permission, so that its loss can be told. */
  readonly wasGranted: boolean;
  readonly letGo: () => void;
}

async function open<Device extends CaptureDevice, Choice>(
  kind: CaptureKind<Device, Choice>,
  choice: Choice,
  lost: Lost,
): Promise<Opened<Device> | { readonly problem: CaptureProblem }> {
  // Outside a secure context there is none (Media Capture and Streams, section 9.1); the types do not know.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) return { problem: isSecureContext ? 'failed' : 'insecure' };
  try {
    return await takeUp(kind, await media.getUserMedia(kind.constraintsOf(choice)), lost);
  } catch (thrown) {
    const isGone = thrown instanceof DOMException && thrown.name === 'OverconstrainedError';
    if (isGone && choice !== kind.any) return open(kind, kind.any, lost);
    return { problem: problemOf(thrown) };
  }
}

async function takeUp<Device extends CaptureDevice, Choice>(
  kind: CaptureKind<Device, Choice>,
  stream: MediaStream,
  lost: Lost,
): Promise<Opened<Device> | { readonly problem: CaptureProblem }> {
  try {
    const [track] = kind.kind === 'videoinput' ? stream.getVideoTracks() : stream.getAudioTracks();
    if (!track) throw new Error('the browser gave a stream with nothing in it');
    const [listed, wasGranted, detach] = await Promise.all([
      list(kind.kind),
      isGranted(kind.kind),
      kind.attach?.(stream, lost),
    ]);
    const letGo = (): void => {
      detach?.();
      stopTracks(stream);
    };
    return { stream, track, devices: listed.map(kind.deviceOf), wasGranted, letGo };
  } catch (thrown) {
    // Whatever its name: it is not the device that refused.
    console.warn('haversack: what a device gives could not be taken up.', thrown);
    stopTracks(stream);
    return { problem: 'failed' };
  }
}

/** By the names that getUserMedia rejects with (Media Capture and Streams, section 10.2). */
export function problemOf(thrown: unknown): CaptureProblem {
  switch (thrown instanceof DOMException ? thrown.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** A track ends without a reason (section 4.3.1): it is told by what is not as it was. */
async function whyEnded(
  kind: MediaDeviceKind,
  { track, wasGranted }: Opened<CaptureDevice>,
): Promise<CaptureProblem> {
  const { deviceId } = track.getSettings();
  // First: who may not see devices any more is given a list without their ids.
  if (wasGranted && !(await isGranted(kind))) return 'denied';
  const isThere = (await list(kind)).some(device => device.deviceId === deviceId);
  return deviceId && !isThere ? 'unplugged' : 'busy';
}

/** False also where the browser does not say. */
async function isGranted(kind: MediaDeviceKind): Promise<boolean> {
  const name = kind === 'videoinput' ? 'camera' : 'microphone';
  try {
    return (await navigator.permissions.query({ name })).state === 'granted';
  } catch {
    return false;
  }
}

async function list(kind: MediaDeviceKind): Promise<MediaDeviceInfo[]> {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return all.filter(device => device.kind === kind);
}
