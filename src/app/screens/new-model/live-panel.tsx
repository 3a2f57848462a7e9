// The camera or the microphone, and beside it what the project says to it now.
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n/new-model.ts';
import { CameraTrouble, CameraView } from '../../parts/camera-view.tsx';
import { MicrophoneTrouble, MicrophoneView } from '../../parts/microphone-view.tsx';
import type { Camera } from '../../state/camera.ts';
import { eachFrame } from '../../state/frames.ts';
import type { Microphone } from '../../state/microphone.ts';
import { askable, shownBy } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';
import { useListening } from '../../parts/use-listening.ts';
import { canLook, Says } from './says.tsx';

export function CameraPanel(props: {
  readonly teaching: Teaching;
  readonly camera: Camera;
  readonly onVideo: (video: HTMLVideoElement | null) => void;
}) {
  const { teaching, camera, onVideo } = props;
  const stop = useRef<(() => void) | null>(null);
  const follow = useCallback(
    (video: HTMLVideoElement | null) => {
      stop.current?.();
      stop.current = video ? eachFrame(video, () => lookAt(teaching, video)) : null;
      if (!video) teaching.look(null);
      onVideo(video);
    },
    [teaching, onVideo],
  );
  useEffect(() => () => stop.current?.(), []);
  return (
    <Panel teaching={teaching} trouble={<CameraTrouble camera={camera} />}>
      <CameraView camera={camera} onVideo={follow} />
    </Panel>
  );
}

export function MicrophonePanel(props: { readonly teaching: Teaching; readonly microphone: Microphone }) {
  const { teaching, microphone } = props;
  useListening(microphone, second => {
    if (!second) teaching.look(null);
    else if (canLook(teaching) && !teaching.isLooking()) teaching.look(second);
  });
  return (
    <Panel teaching={teaching} trouble={<MicrophoneTrouble microphone={microphone} />}>
      <MicrophoneView microphone={microphone} />
    </Panel>
  );
}

function Panel(props: {
  readonly teaching: Teaching;
  readonly trouble: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="card live-panel" aria-label={t('says')}>
      {props.children}
      <div class="live-says stack-close">
        <Says teaching={props.teaching} />
      </div>
      {props.trouble}
    </section>
  );
}

function lookAt(teaching: Teaching, video: HTMLVideoElement): void {
  const shown = shownBy(video);
  // A frame is only read when the one before it was answered: reading costs more than showing.
  if (shown && canLook(teaching) && !teaching.isLooking()) teaching.look(askable(shown));
}
