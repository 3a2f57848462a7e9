// Use for models that take photos: the camera answered as it goes, a shutter to hold a picture, files, and one tap to say what
// it really is. Fetched with the first such model.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { decoded } from '../../../device/prepare-photo.ts';
import { t as photo } from '../../i18n/photo.ts';
import { t as use } from '../../i18n/use.ts';
import { t } from '../../i18n/use-photo.ts';
import { Button } from '../../parts/button.tsx';
import { CameraTrouble, CameraView } from '../../parts/camera-view.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { type Answer, createLiveAnswers } from '../../state/answers.ts';
import { createCamera } from '../../state/camera.ts';
import { eachFrame } from '../../state/frames.ts';
import { askable, frozen, type Shown, shownBy, tooLarge, toPhotoInput } from '../../state/photos.ts';
import '../../styles/camera.css';
import { AnswerDetails, AnswerHead } from './answer.tsx';
import { PhotoCorrect } from './photo-correct.tsx';
import { PhotoKeep } from './photo-keep.tsx';
import { Still } from './photo-still.tsx';
import type { WayProps } from './use.tsx';

/** Ten looks a second: more are not read, and cost a battery. */
const lookEveryMs = 100;

export default function PhotoWay({ inUse, variant }: WayProps) {
  const camera = useMemo(createCamera, []);
  const live = useMemo(createLiveAnswers, []);
  const video = useRef<HTMLVideoElement | null>(null);
  const [still, setStill] = useState<OffscreenCanvas | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => camera.dispose, [camera]);

  const ask = useCallback(
    (shown: Shown) => {
      const input = inUse.manifest.interface.inputs[0]!;
      live.ask({ version: inUse, variant, inputs: { [input.name]: toPhotoInput(askable(shown)) } });
    },
    [inUse, variant, live],
  );
  useEffect(() => {
    if (still) ask(shownOf(still));
  }, [still, ask]);
  const isLive = still === null && camera.stream.value !== null;
  const isLooking = useRef(isLive);
  isLooking.current = isLive;
  const onVideo = useFrames(video, () => {
    const shown = isLooking.current && video.current && shownBy(video.current);
    if (shown) ask(shown);
  });

  const hold = (): OffscreenCanvas | null => {
    const shown = video.current && shownBy(video.current);
    return shown ? frozen(shown) : null;
  };
  /** The answer is that to the picture which is held, and to none before it. */
  const holdIt = (canvas: OffscreenCanvas | null): void => {
    live.ask(null);
    setStill(canvas);
  };
  const letGo = (): void => holdIt(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setProblem(tooLarge(file));
    if (tooLarge(file)) return;
    try {
      holdIt(await canvasOf(file));
    } catch (thrown) {
      setProblem(toFailure(thrown));
    }
  };
  usePaste(file => void take(file));
  const answer = live.answer.value;
  const asked = (): OffscreenCanvas | null => still ?? hold();
  return (
    <DropTarget class="live" onFiles={files => void take(files[0]?.file)}>
      <div class="live-head">
        <AnswerHead answer={answer} asked={isLive || still !== null} />
        {live.problem.value ? <ErrorNote failure={live.problem.value} /> : null}
      </div>
      <div class="live-input stack">
        <CameraView
          camera={camera}
          onVideo={onVideo}
          over={still ? <Still canvas={still} /> : null}
          actions={
            <>
              {still ? (
                <Button kind="primary" icon="refresh" onClick={letGo}>
                  {t('next')}
                </Button>
              ) : isLive ? (
                <Button kind="primary" icon="camera" onClick={() => holdIt(hold())}>
                  {t('shutter')}
                </Button>
              ) : null}
              <ChooseFiles one accept="image/*" onFiles={files => void take(files[0]?.file)}>
                {photo('choosePhoto')}
              </ChooseFiles>
            </>
          }
        />
        <CameraTrouble camera={camera} />
        {problem ? <ErrorNote failure={problem} /> : null}
      </div>
      <Details inUse={inUse} answer={answer} asked={asked} isHeld={still !== null} onDone={letGo} />
    </DropTarget>
  );
}

interface DetailsProps extends Pick<WayProps, 'inUse'> {
  readonly answer: Answer | null;
  /** The picture that was answered; null: there is none any more. */
  readonly asked: () => OffscreenCanvas | null;
  readonly isHeld: boolean;
  readonly onDone: () => void;
}

function Details({ inUse, answer, asked, isHeld, onDone }: DetailsProps) {
  return (
    <div class="live-details stack">
      {answer ? (
        <>
          <PhotoCorrect inUse={inUse} answer={answer} asked={asked} onDone={onDone} />
          <PhotoKeep inUse={inUse} answer={answer} asked={asked} isHeld={isHeld} />
        </>
      ) : null}
      {answer && answer.decided.length > 0 ? (
        <Card title={use('probabilities')}>
          <AnswerDetails answer={answer} />
        </Card>
      ) : null}
    </div>
  );
}

/** Runs for the pictures of whatever video there is. */
function useFrames(
  video: { current: HTMLVideoElement | null },
  run: () => void,
): (element: HTMLVideoElement | null) => void {
  const stop = useRef<(() => void) | null>(null);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => () => stop.current?.(), []);
  return useCallback(
    element => {
      stop.current?.();
      video.current = element;
      stop.current = element ? eachFrame(element, () => latest.current(), lookEveryMs) : null;
    },
    [video],
  );
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

function shownOf(canvas: OffscreenCanvas): Shown {
  return { source: canvas, width: canvas.width, height: canvas.height };
}

/** The middle square: what the model sees of it. */
async function canvasOf(file: File): Promise<OffscreenCanvas> {
  const bitmap = await decoded(file);
  const canvas = frozen({ source: bitmap, width: bitmap.width, height: bitmap.height });
  bitmap.close();
  return canvas;
}
