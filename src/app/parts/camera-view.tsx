// The picture of a camera, the middle square of it, with its switch, the choice of camera, and why there is none.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/photo.ts';
import type { Camera, CameraDevice, CameraProblem } from '../state/camera.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Note } from './note.tsx';

const words = {
  insecure: ['insecure', 'insecureWhy', 'insecureDo'],
  denied: ['denied', 'deniedWhy', 'deniedDo'],
  none: ['none', 'noneWhy', 'noneDo'],
  busy: ['busy', 'busyWhy', 'busyDo'],
  failed: ['failed', 'failedWhy', 'failedDo'],
} as const satisfies Record<CameraProblem, readonly [string, string, string]>;

export interface CameraViewProps {
  readonly camera: Camera;
  /** The element that plays, once it does; null when it is gone. */
  readonly onVideo: (video: HTMLVideoElement | null) => void;
  /** Over the picture: what was frozen. */
  readonly over?: ComponentChildren;
  /** Beside the switch. */
  readonly actions?: ComponentChildren;
}

export function CameraView({ camera, onVideo, over, actions }: CameraViewProps) {
  const video = useRef<HTMLVideoElement>(null);
  const stream = camera.stream.value;
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    element.srcObject = stream;
    if (stream) element.play().catch(() => undefined);
    onVideo(stream ? element : null);
    return () => onVideo(null);
  }, [stream, onVideo]);
  const isMirrored = camera.current.value?.facing !== 'environment';
  return (
    <div class="camera">
      <div class="camera-frame">
        <video
          ref={video}
          class={isMirrored ? 'mirrored' : undefined}
          aria-label={t('cameraPicture')}
          muted
          playsInline
          hidden={!stream}
        />
        {stream ? null : <Off camera={camera} />}
        {over}
        {stream ? (
          <div class="camera-switch">
            <Button kind="quiet" icon="close" label={t('turnOff')} onClick={camera.stop} />
          </div>
        ) : null}
      </div>
      {actions ? <div class="camera-bar">{actions}</div> : null}
      {stream ? <Which camera={camera} /> : null}
    </div>
  );
}

function Off({ camera }: { readonly camera: Camera }) {
  const isStarting = camera.starting.value;
  return (
    <div class="camera-off">
      <Button kind="primary" icon="camera" busy={isStarting} onClick={() => void camera.start()}>
        {isStarting ? t('starting') : t('turnOn')}
      </Button>
      <span class="small soft">
        <Icon name="device" small /> {t('stays')}
      </span>
    </div>
  );
}

/** Below the picture: a note of three lines does not fit into it. */
export function CameraTrouble({ camera }: { readonly camera: Camera }) {
  const problem = camera.problem.value;
  if (!problem) return null;
  const [what, why, whatToDo] = words[problem];
  return (
    <div role="alert">
      <Note tone="warn">
        <strong>{t(what)}</strong>
        <span>{t(why)}</span>
        <span>{t(whatToDo)}</span>
        {problem === 'insecure' ? null : (
          <div>
            <Button icon="refresh" onClick={() => void camera.start()}>
              {common('tryAgain')}
            </Button>
          </div>
        )}
      </Note>
    </div>
  );
}

function Which({ camera }: { readonly camera: Camera }) {
  const devices = camera.devices.value;
  const current = camera.current.value;
  if (devices.length < 2) return null;
  return (
    <select
      class="select"
      aria-label={t('which')}
      value={current?.id ?? ''}
      onChange={event => void camera.start({ id: event.currentTarget.value })}
    >
      {devices.map((device, i) => (
        <option key={device.id} value={device.id} selected={device.id === current?.id}>
          {nameOf(device, i, devices)}
        </option>
      ))}
    </select>
  );
}

/** By where it looks, where no other looks there too. */
function nameOf(device: CameraDevice, i: number, all: readonly CameraDevice[]): string {
  const isOnly = all.filter(other => other.facing === device.facing).length === 1;
  if (isOnly && device.facing === 'user') return t('front');
  if (isOnly && device.facing === 'environment') return t('back');
  return device.label || t('nth', { n: i + 1 });
}
