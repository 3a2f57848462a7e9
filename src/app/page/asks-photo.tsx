// A page's model is shown something: the camera as it goes, a photo from a file, or what is drawn.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Stroke } from '../../core/data/drawing.ts';
import { t as drawing } from '../i18n/drawing.ts';
import { t as photo } from '../i18n/photo.ts';
import { t } from '../i18n/page.ts';
import { Button } from '../parts/button.tsx';
import { CameraTrouble, CameraView } from '../parts/camera-view.tsx';
import { DrawingPad } from '../parts/drawing-pad.tsx';
import { ChooseFiles, DropTarget } from '../parts/photo-drop.tsx';
import { PictureWays } from '../parts/picture-ways.tsx';
import { Still } from '../screens/use/photo-still.tsx';
import { createCamera } from '../state/camera.ts';
import { drawnCanvas } from '../state/drawn-photo.ts';
import { eachFrame } from '../state/frames.ts';
import { frozen, shownBy, tooLarge } from '../state/photos.ts';
import { pictureInput } from '../state/picture-input.ts';
import { pictureWay } from '../state/picture-way.ts';
import type { AsksProps } from './page.tsx';
import { Unreadable } from './unreadable.tsx';

/** Ten looks a second: more are not read, and cost a battery. */
const lookEveryMs = 100;

export function AsksPhoto({ face, onInput }: AsksProps) {
  const input = face.inputs[0]!;
  const camera = useMemo(createCamera, []);
  const [still, setStill] = useState<OffscreenCanvas | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  useEffect(() => camera.dispose, [camera]);
  const isHeld = useRef(false);
  isHeld.current = still !== null;
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const ask = (canvas: OffscreenCanvas | null): void =>
    onInput(canvas && pictureInput(input, { source: canvas, width: canvas.width, height: canvas.height }));
  const hold = (canvas: OffscreenCanvas | null): void => {
    setStill(canvas);
    ask(canvas);
  };
  const draw = (next: readonly Stroke[]): void => {
    setStrokes(next);
    setUnreadable(false);
    ask(next.length > 0 ? drawnCanvas(next) : null);
  };
  const onVideo = useVideo(video => {
    const shown = isHeld.current ? null : shownBy(video);
    if (shown) onInput(pictureInput(input, shown));
  });
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const canvas = tooLarge(file) ? null : await canvasOf(file);
    setUnreadable(canvas === null);
    if (!canvas) return;
    // Where a file is seen.
    pictureWay.value = 'camera';
    hold(canvas);
  };
  const byCamera = (
    <>
      <CameraView
        camera={camera}
        onVideo={onVideo}
        over={still ? <Still canvas={still} /> : null}
        actions={
          <>
            {still ? (
              <Button kind="primary" icon="refresh" onClick={() => hold(null)}>
                {t('another')}
              </Button>
            ) : null}
            <ChooseFiles one accept="image/*" onFiles={files => void take(files[0]?.file)}>
              {photo('choosePhoto')}
            </ChooseFiles>
          </>
        }
      />
      <CameraTrouble camera={camera} />
    </>
  );
  return (
    <DropTarget class="stack" onFiles={files => void take(files[0]?.file)}>
      <PictureWays
        camera={camera}
        onChange={() => {
          hold(null);
          draw([]);
        }}
        byCamera={byCamera}
        byDrawing={<DrawingPad asPicture strokes={strokes} onStrokes={draw} label={drawing('drawing')} />}
      />
      {isUnreadable ? <Unreadable what="photo" /> : null}
    </DropTarget>
  );
}

/** Looks at whatever video there is, picture by picture. */
function useVideo(look: (video: HTMLVideoElement) => void): (video: HTMLVideoElement | null) => void {
  const stop = useRef<(() => void) | null>(null);
  const latest = useRef(look);
  latest.current = look;
  return useCallback(video => {
    stop.current?.();
    stop.current = video && eachFrame(video, () => latest.current(video), lookEveryMs);
  }, []);
}

/** The middle square of it; null for what this browser does not show. */
async function canvasOf(file: File): Promise<OffscreenCanvas | null> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const canvas = frozen({ source: bitmap, width: bitmap.width, height: bitmap.height });
  bitmap.close();
  return canvas;
}
