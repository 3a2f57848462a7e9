// The picture of a camera, the middle square of it, with its switch, the choice of camera, and why there is none.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/photo.ts';
import type { Camera, CameraDevice } from '../state/camera.ts';
import type { CaptureProblem } from '../state/media-capture.ts';
import { Button } from './button.tsx';
import { CaptureTrouble, type Trouble, WhichDevice } from './capture.tsx';
import { Icon } from './icon.tsx';

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
      {stream ? (
        <WhichDevice capture={camera} label={t('which')} nameOf={nameOf} choiceOf={id => ({ id })} />
      ) : null}
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
  return <CaptureTrouble capture={camera} say={troubleOf} />;
}

function troubleOf(problem: CaptureProblem): Trouble {
  return [t(problem), t(`${problem}Why`), t(`${problem}Do`)];
}

/** By where it looks, where no other looks there too. */
function nameOf(device: CameraDevice, i: number, all: readonly CameraDevice[]): string {
  const isOnly = all.filter(other => other.facing === device.facing).length === 1;
  if (isOnly && device.facing === 'user') return t('front');
  if (isOnly && device.facing === 'environment') return t('back');
  return device.label || t('nth', { n: i + 1 });
}
