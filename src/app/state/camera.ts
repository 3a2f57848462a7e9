// One of the device's cameras for a screen: asked for, chosen, let go of while the page is hidden. Knows nothing of what
// becomes of its pictures.
import { type ReadonlySignal, signal } from '@preact/signals';

/** Why there is no picture. `insecure`: the browser gives cameras to pages over HTTPS and on this machine only. */
export type CameraProblem = 'insecure' | 'denied' | 'none' | 'busy' | 'failed';

/** A camera by its id, or by where it looks. */
export type CameraChoice = { readonly id: string } | { readonly facing: 'user' | 'environment' };

export interface CameraDevice {
  readonly id: string;
  /** As the system calls it; empty until the camera was allowed once. */
  readonly label: string;
  readonly facing: 'user' | 'environment' | null;
}

export interface Camera {
  /** Null while it is off, and while it is being started. */
  readonly stream: ReadonlySignal<MediaStream | null>;
  readonly starting: ReadonlySignal<boolean>;
  readonly problem: ReadonlySignal<CameraProblem | null>;
  /** Known after the first start. */
  readonly devices: ReadonlySignal<readonly CameraDevice[]>;
  /** The one that runs, or ran last. */
  readonly current: ReadonlySignal<CameraDevice | null>;
  /** Answers whether it runs. Without a choice: as last time, else the one that looks away from whom holds the device. */
  readonly start: (choice?: CameraChoice) => Promise<boolean>;
  readonly stop: () => void;
  /** Stops it for good. */
  readonly dispose: () => void;
}

/** Enough for every model that is taught here; more would only cost heat. */
const wantedSize = { width: { ideal: 640 }, height: { ideal: 480 } };

let lastChoice: CameraChoice = { facing: 'environment' };

export function createCamera(): Camera {
  const stream = signal<MediaStream | null>(null);
  const starting = signal(false);
  const problem = signal<CameraProblem | null>(null);
  const devices = signal<readonly CameraDevice[]>([]);
  const current = signal<CameraDevice | null>(null);
  const ended = new AbortController();
  /** Grows with every start and stop: what was asked for before is let go of when it comes. */
  let turn = 0;
  let resumes = false;

  const release = (): void => {
    turn += 1;
    starting.value = false;
    for (const track of stream.value?.getTracks() ?? []) track.stop();
    stream.value = null;
  };

  const start = async (choice: CameraChoice = lastChoice): Promise<boolean> => {
    release();
    const mine = turn;
    problem.value = null;
    starting.value = true;
    const opened = await openCamera(choice);
    const found = 'stream' in opened ? await listCameras() : [];
    if (mine !== turn || ended.signal.aborted) {
      if ('stream' in opened) for (const track of opened.stream.getTracks()) track.stop();
      return false;
    }
    starting.value = false;
    if ('problem' in opened) {
      problem.value = opened.problem;
      return false;
    }
    lastChoice = choice;
    devices.value = found;
    current.value = currentOf(opened.stream, devices.value);
    // Pulled out, or taken away by the system.
    opened.stream.getVideoTracks()[0]?.addEventListener('ended', () => {
      if (mine !== turn) return;
      release();
      problem.value = 'busy';
    });
    stream.value = opened.stream;
    return true;
  };

  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') {
        resumes = stream.value !== null || starting.value;
        if (resumes) release();
      } else if (resumes) {
        resumes = false;
        void start();
      }
    },
    { signal: ended.signal },
  );
  const stop = (): void => {
    resumes = false;
    release();
  };
  const dispose = (): void => {
    ended.abort();
    stop();
  };
  return { stream, starting, problem, devices, current, start, stop, dispose };
}

async function openCamera(
  choice: CameraChoice,
): Promise<{ readonly stream: MediaStream } | { readonly problem: CameraProblem }> {
  // Outside a secure context there is none (Media Capture and Streams, section 9.1); the types do not know.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) return { problem: isSecureContext ? 'failed' : 'insecure' };
  const which =
    'id' in choice ? { deviceId: { exact: choice.id } } : { facingMode: { ideal: choice.facing } };
  try {
    return { stream: await media.getUserMedia({ video: { ...wantedSize, ...which }, audio: false }) };
  } catch (thrown) {
    // The one of last time is gone: any other will do.
    if (thrown instanceof DOMException && thrown.name === 'OverconstrainedError')
      return openCamera({ facing: 'environment' });
    return { problem: problemOf(thrown) };
  }
}

/** By the names that getUserMedia rejects with (Media Capture and Streams, section 10.2). */
export function problemOf(thrown: unknown): CameraProblem {
  switch (thrown instanceof DOMException ? thrown.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

async function listCameras(): Promise<CameraDevice[]> {
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return all
    .filter(device => device.kind === 'videoinput')
    .map(({ deviceId, label }) => ({ id: deviceId, label, facing: facingOf(label) }));
}

function currentOf(stream: MediaStream, devices: readonly CameraDevice[]): CameraDevice | null {
  const track = stream.getVideoTracks()[0];
  if (!track) return null;
  const { deviceId, facingMode } = track.getSettings();
  const listed = devices.find(device => device.id === deviceId);
  const facing =
    facingMode === 'user' || facingMode === 'environment' ? facingMode : (listed?.facing ?? null);
  return { id: deviceId ?? '', label: listed?.label ?? track.label, facing };
}

/** What systems call their cameras; null for a webcam, which says no direction. */
export function facingOf(label: string): CameraDevice['facing'] {
  if (/\b(back|rear|environment)\b/i.test(label)) return 'environment';
  if (/\b(front|user|facetime)\b/i.test(label)) return 'user';
  return null;
}
