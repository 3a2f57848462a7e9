// A project that is shown photos: the camera stays in sight, and what is held up before it is recorded; or a pad does, and what
// is drawn on it is added.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createCamera } from '../../state/camera.ts';
import { pictureWay } from '../../state/picture-way.ts';
import { shownBy, takeFromCamera } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';
import { createRecorder } from '../../state/recorder.ts';
import { PicturePanel } from './live-panel.tsx';
import { AddDrawing, RecordButton } from './record-button.tsx';
import { TeachingPage } from './teaching-page.tsx';
import { useDrawing } from './use-drawing.ts';

export function ByCamera({ teaching }: { readonly teaching: Teaching }) {
  const camera = useMemo(createCamera, []);
  const { recordingOf, record, stop, onVideo } = useRecording(teaching, camera);
  const drawing = useDrawing(teaching);
  useEffect(() => camera.dispose, [camera]);
  return (
    <TeachingPage
      teaching={teaching}
      isRecording={recordingOf !== null}
      live={<PicturePanel teaching={teaching} camera={camera} onVideo={onVideo} drawing={drawing} />}
      recordWays={({ id, label }) =>
        pictureWay.value === 'drawing' ? (
          <AddDrawing
            name={label}
            isEmpty={drawing.strokes.length === 0}
            onAdd={() => void drawing.addTo(id)}
          />
        ) : (
          <RecordButton
            name={label}
            isRecording={recordingOf === id}
            onStart={() => void record(id)}
            onStop={stop}
          />
        )
      }
    />
  );
}

/** What is recorded now, by class; the first press asks for the camera, and records as soon as it shows something. */
function useRecording(teaching: Teaching, camera: ReturnType<typeof createCamera>) {
  const [recordingOf, setRecordingOf] = useState<string | null>(null);
  const video = useRef<HTMLVideoElement | null>(null);
  /** What the recorder takes photos for; null: nothing. */
  const wanted = useRef<{ readonly class: string; readonly recording: string } | null>(null);
  const recorder = useMemo(
    () =>
      createRecorder(async () => {
        const shown = video.current && shownBy(video.current);
        const what = wanted.current;
        if (!shown || !what) return;
        const taken = await takeFromCamera(shown);
        const from = { recording: what.recording, source: 'camera' as const };
        // No room, or the class is gone: so would be the next, ten times a second.
        if ((await teaching.add(what.class, taken, from)) === 'failed') stop();
      }),
    [teaching],
  );
  const stop = useCallback(() => {
    wanted.current = null;
    recorder.stop();
    setRecordingOf(null);
  }, [recorder]);
  const record = async (classId: string): Promise<void> => {
    const mine = { class: classId, recording: crypto.randomUUID() };
    wanted.current = mine;
    setRecordingOf(classId);
    if (!camera.stream.peek() && !(await camera.start())) return stop();
    // Let go of, while the browser asked whether it may.
    const stillWanted: unknown = wanted.current;
    if (stillWanted === mine) recorder.start();
  };
  const onVideo = useCallback(
    (element: HTMLVideoElement | null) => {
      video.current = element;
      if (!element && recorder.isRecording()) stop();
    },
    [recorder, stop],
  );
  useEffect(() => stop, [stop]);
  return { recordingOf, record, stop, onVideo };
}
