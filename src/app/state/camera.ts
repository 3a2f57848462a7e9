// One of the device's cameras for a screen: which way it looks, and how large its picture is.
import { type Capture, type CaptureDevice, type CaptureKind, createCapture } from './media-capture.ts';

/** A camera by its id, or by where it looks. */
export type CameraChoice = { readonly id: string } | { readonly facing: 'user' | 'environment' };

export interface CameraDevice extends CaptureDevice {
  readonly facing: 'user' | 'environment' | null;
}

export type Camera = Capture<CameraDevice, CameraChoice>;

/** Enough for every model that is taught here; more would only cost heat. */
const wantedSize = { width: { ideal: 640 }, height: { ideal: 480 } };

/** The one that looks away from whom holds the device. */
const away: CameraChoice = { facing: 'environment' };

const cameras: CaptureKind<CameraDevice, CameraChoice> = {
  kind: 'videoinput',
  any: away,
  memory: { last: away },
  constraintsOf: choice => {
    const which =
      'id' in choice ? { deviceId: { exact: choice.id } } : { facingMode: { ideal: choice.facing } };
    return { video: { ...wantedSize, ...which }, audio: false };
  },
  deviceOf: ({ deviceId, label }) => ({ id: deviceId, label, facing: facingOf(label) }),
  currentOf: (track, devices) => {
    const { deviceId, facingMode } = track.getSettings();
    const listed = devices.find(device => device.id === deviceId);
    const facing =
      facingMode === 'user' || facingMode === 'environment' ? facingMode : (listed?.facing ?? null);
    return { id: deviceId ?? '', label: listed?.label ?? track.label, facing };
  },
};

export function createCamera(): Camera {
  return createCapture(cameras);
}

/** What systems call their cameras; null for a webcam, which says no direction. */
export function facingOf(label: string): CameraDevice['facing'] {
  if (/\b(back|rear|environment)\b/i.test(label)) return 'environment';
  if (/\b(front|user|facetime)\b/i.test(label)) return 'user';
  return null;
}
