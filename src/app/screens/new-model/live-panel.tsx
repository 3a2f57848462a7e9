// The camera, what is drawn, or the microphone, and beside it what the project says to it now.
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { drawnPicture } from '../../../core/data/drawn-picture.ts';
import { t } from '../../i18n/new-model.ts';
import { t as drawn } from '../../i18n/drawing.ts';
import { CameraTrouble, CameraView } from '../../parts/camera-view.tsx';
import { DrawingPad } from '../../parts/drawing-pad.tsx';
import { MicrophoneTrouble, MicrophoneView } from '../../parts/microphone-view.tsx';
import { PictureWays } from '../../parts/picture-ways.tsx';
import type { Camera } from '../../state/camera.ts';
import { eachFrame } from '../../state/frames.ts';
import type { Microphone } from '../../state/microphone.ts';
import { askable, shownBy } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';
import { useListening } from '../../parts/use-listening.ts';
import { canLook, Says } from './says.tsx';
import type { Drawing } from './use-drawing.ts';

interface CameraPanelProps {
  readonly teaching: Teaching;
  readonly camera: Camera;
  readonly onVideo: (video: HTMLVideoElement | null) => void;
}

export function PicturePanel(props: CameraPanelProps & { readonly drawing: Drawing }) {
  const { teaching, camera, drawing } = props;
  return (
    <section class="card live-ways" aria-label={t('says')}>
      <PictureWays
        camera={camera}
        byCamera={<CameraPanel {...props} />}
        byDrawing={<DrawingPanel teaching={teaching} drawing={drawing} />}
      />
    </section>
  );
}

function CameraPanel({ teaching, camera, onVideo }: CameraPanelProps) {
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
    <div class="live-panel">
      <CameraView camera={camera} onVideo={follow} />
      <Answer teaching={teaching} />
      <CameraTrouble camera={camera} />
    </div>
  );
}

function DrawingPanel({ teaching, drawing }: { readonly teaching: Teaching; readonly drawing: Drawing }) {
  const { strokes } = drawing;
  const { embedder } = teaching.project.value;
  const isReady = embedder !== null && teaching.problem.value === null;
  // What is drawn does not change while it is learnt, and what is said to it does.
  const learnt = teaching.standing.value;
  useEffect(() => {
    if (strokes.length === 0) teaching.look(null);
    else if (isReady) teaching.look(drawnPicture(strokes));
  }, [teaching, strokes, isReady, embedder, learnt]);
  useEffect(() => () => teaching.look(null), [teaching]);
  return (
    <div class="live-panel drawn">
      <DrawingPad asPicture strokes={strokes} onStrokes={drawing.draw} label={drawn('drawing')} />
      <Answer teaching={teaching} />
    </div>
  );
}

export function MicrophonePanel(props: { readonly teaching: Teaching; readonly microphone: Microphone }) {
  const { teaching, microphone } = props;
  useListening(microphone, second => {
    if (!second) teaching.look(null);
    else if (canLook(teaching) && !teaching.isLooking()) teaching.look(second);
  });
  return (
    <section class="card live-panel" aria-label={t('says')}>
      <MicrophoneView microphone={microphone} />
      <Answer teaching={teaching} />
      <MicrophoneTrouble microphone={microphone} />
    </section>
  );
}

function Answer({ teaching }: { readonly teaching: Teaching }) {
  return (
    <div class="live-says stack-close">
      <Says teaching={teaching} />
    </div>
  );
}

function lookAt(teaching: Teaching, video: HTMLVideoElement): void {
  const shown = shownBy(video);
  // A frame is only read when the one before it was answered: reading costs more than showing.
  if (shown && canLook(teaching) && !teaching.isLooking()) teaching.look(askable(shown));
}
