// Use for models that take photos: the camera answered as it goes, a shutter to hold a picture, files, what is drawn, and one tap
// to say what it really is. Fetched with the first such model.
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import type { InputInterface } from '../../../core/artifact/interface.ts';
import { decoded } from '../../../device/prepare-photo.ts';
import { HaversackError } from '../../../core/errors.ts';
import { t as drawing } from '../../i18n/drawing.ts';
import { t as photo } from '../../i18n/photo.ts';
import { t } from '../../i18n/use-photo.ts';
import { Button } from '../../parts/button.tsx';
import { CameraTrouble, CameraView } from '../../parts/camera-view.tsx';
import { DrawingPad } from '../../parts/drawing-pad.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { PictureWays } from '../../parts/picture-ways.tsx';
import { type Asking, createAsking } from '../../state/asking.ts';
import { type Camera, createCamera } from '../../state/camera.ts';
import { eachFrame } from '../../state/frames.ts';
import { frozen, type Shown, shownBy, tooLarge } from '../../state/photos.ts';
import { pictureInput } from '../../state/picture-input.ts';
import { pictureWay } from '../../state/picture-way.ts';
import '../../styles/camera.css';
import { AnswerHead } from './answer.tsx';
import { AskedDetails } from './asked-details.tsx';
import { Still } from './photo-still.tsx';
import { type PhotoSubject, subjectOf } from './photo-subject.ts';
import { useAskedDrawing } from './use-asked-drawing.ts';
import type { WayProps } from './use.tsx';

/** Ten looks a second: more are not read, and cost a battery. */
const lookEveryMs = 100;

export default function PhotoWay({ inUse, variant }: WayProps) {
  const camera = useMemo(createCamera, []);
  const asking = useMemo(() => createAsking(({ canvas }: PhotoSubject, input) => inputOf(input, canvas)), []);
  useEffect(() => camera.dispose, [camera]);
  const drawn = useAskedDrawing(asking);
  useEffect(() => {
    asking.askOf(inUse, variant);
    drawn.ask();
  }, [asking, inUse, variant]);
  const { video, onVideo } = useFrames(shown => {
    // A picture is only taken when the one before it was answered: taking costs more than showing.
    if (asking.isFree()) asking.ask(subjectOf(frozen(shown)));
  });
  const take = async (file: File | undefined): Promise<void> => {
    // Where a file is seen.
    if (file && (await asking.holdRead(async () => subjectOf(await canvasOf(file)))))
      pictureWay.value = 'camera';
  };
  usePaste(file => void take(file));
  const held = asking.held.value;
  const refused = asking.refused.value;
  const isDrawn = pictureWay.value === 'drawing';
  const isShown = isDrawn ? drawn.strokes.length > 0 : camera.stream.value !== null;
  return (
    <DropTarget class="live" onFiles={files => void take(files[0]?.file)}>
      <div class="live-head">
        <AnswerHead
          answer={asking.answered.value?.answer ?? null}
          asked={held !== null || isShown}
          {...(!isDrawn && { waiting: t('waiting') })}
        />
        {asking.problem.value ? <ErrorNote failure={asking.problem.value} /> : null}
      </div>
      <div class="live-input stack">
        <PictureWays
          camera={camera}
          onChange={() => {
            asking.letGo();
            drawn.ask();
          }}
          byCamera={
            <>
              <CameraView
                camera={camera}
                onVideo={onVideo}
                over={held ? <Still canvas={held.canvas} /> : null}
                actions={
                  <>
                    <Shutter asking={asking} camera={camera} video={video} />
                    <ChooseFiles one accept="image/*" onFiles={files => void take(files[0]?.file)}>
                      {photo('choosePhoto')}
                    </ChooseFiles>
                  </>
                }
              />
              <CameraTrouble camera={camera} />
            </>
          }
          byDrawing={
            <DrawingPad asPicture strokes={drawn.strokes} onStrokes={drawn.draw} label={drawing('drawing')} />
          }
        />
        {refused ? <ErrorNote failure={refused} /> : null}
      </div>
      <AskedDetails inUse={inUse} asking={isDrawn ? { ...asking, ...drawn.saying } : asking} kind="photo" />
    </DropTarget>
  );
}

function Shutter(props: {
  readonly asking: Asking<PhotoSubject>;
  readonly camera: Camera;
  readonly video: { readonly current: HTMLVideoElement | null };
}) {
  const { asking, camera, video } = props;
  if (asking.held.value) {
    return (
      <Button kind="primary" icon="refresh" onClick={asking.letGo}>
        {t('next')}
      </Button>
    );
  }
  if (!camera.stream.value) return null;
  const hold = (): void => {
    const shown = video.current && shownBy(video.current);
    if (shown) asking.hold(subjectOf(frozen(shown)));
  };
  return (
    <Button kind="primary" icon="camera" onClick={hold}>
      {t('shutter')}
    </Button>
  );
}

/** Runs for the pictures of whatever video there is. */
function useFrames(run: (shown: Shown) => void) {
  const video = useRef<HTMLVideoElement | null>(null);
  const stop = useRef<(() => void) | null>(null);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => () => stop.current?.(), []);
  const onVideo = useCallback((element: HTMLVideoElement | null) => {
    stop.current?.();
    video.current = element;
    const look = (): void => {
      const shown = element && shownBy(element);
      if (shown) latest.current(shown);
    };
    stop.current = element ? eachFrame(element, look, lookEveryMs) : null;
  }, []);
  return { video, onVideo };
}

function usePaste(take: (file: File) => void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      const file = [...(event.clipboardData?.files ?? [])].find(one => one.type.startsWith('image/'));
      if (!file) return;
      event.preventDefault();
      latest.current(file);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);
}

function inputOf(input: InputInterface, canvas: OffscreenCanvas) {
  return pictureInput(input, { source: canvas, width: canvas.width, height: canvas.height });
}

/**
 * The middle square: what the model sees of it.
 * @throws HaversackError `TooLarge`; `InputInvalid` for what this browser cannot show
 */
async function canvasOf(file: File): Promise<OffscreenCanvas> {
  const refused = tooLarge(file);
  if (refused) throw new HaversackError(refused.code, refused.detail);
  const bitmap = await decoded(file);
  const canvas = frozen({ source: bitmap, width: bitmap.width, height: bitmap.height });
  bitmap.close();
  return canvas;
}
