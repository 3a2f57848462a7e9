// One project on the screen: the camera stays in sight, the classes lie below it or beside it.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/new-model.ts';
import { t as photo } from '../../i18n/photo.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { Progress } from '../../parts/progress.tsx';
import { createCamera } from '../../state/camera.ts';
import { embeddersHere } from '../../state/embedders.ts';
import { shownBy, takeFromCamera } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';
import { createRecorder } from '../../state/recorder.ts';
import { keepAwake } from '../../state/wake-lock.ts';
import { Begun } from './begun.tsx';
import { bringAll } from './bring-in.ts';
import { bringingNow } from './bringing.ts';
import { AddClass, ClassCard } from './class-card.tsx';
import { EmbedderChoice, NoEmbedder } from './embedder-choice.tsx';
import { Finish } from './finish.tsx';
import { LivePanel } from './live-panel.tsx';
import { Standing } from './standing.tsx';

export function TeachByShowing({ teaching }: { readonly teaching: Teaching }) {
  const camera = useMemo(createCamera, []);
  const project = teaching.project.value;
  const { recordingOf, record, stop, onVideo } = useRecording(teaching, camera);
  useEffect(() => camera.dispose, [camera]);
  useAwake(recordingOf !== null || (teaching.standing.value?.pending ?? 0) > 0);
  useProposedEmbedder(teaching);
  return (
    <>
      <header class="page-head">
        <h1>{t('titleOf', { model: project.model })}</h1>
      </header>
      <div class="new-model">
        <div class="new-model-live stack">
          <LivePanel teaching={teaching} camera={camera} onVideo={onVideo} />
        </div>
        <div class="stack">
          {project.embedder === null && embeddersHere.value.length === 0 ? <NoEmbedder /> : null}
          {teaching.problem.value ? (
            <ErrorNote failure={teaching.problem.value} onRetry={teaching.learnAgain} />
          ) : null}
          <Standing teaching={teaching} />
          {project.classes.map((of, i) => (
            <ClassCard
              key={of.id}
              teaching={teaching}
              of={of}
              index={i}
              isRecording={recordingOf === of.id}
              onRecord={() => void record(of.id)}
              onStop={stop}
            />
          ))}
          <AddClass teaching={teaching} />
          <Finish teaching={teaching} />
          <BringIn teaching={teaching} />
          <EmbedderChoice teaching={teaching} />
          <Begun except={project.id} />
          <p class="soft small">{t('intro')}</p>
        </div>
      </div>
    </>
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

function useAwake(isBusy: boolean): void {
  useEffect(() => (isBusy ? keepAwake() : undefined), [isBusy]);
}

/** The first that is here, or comes, is taken without asking; another can be chosen at any time. */
function useProposedEmbedder(teaching: Teaching): void {
  const proposed = embeddersHere.value[0];
  const isMissing = teaching.project.value.embedder === null;
  useEffect(() => {
    if (isMissing && proposed) void teaching.seeBy(proposed);
  }, [teaching, isMissing, proposed]);
}

function BringIn({ teaching }: { readonly teaching: Teaching }) {
  const now = bringingNow.value;
  if (now) {
    return (
      <div class="stack-close">
        <Progress
          label={t('bringing')}
          value={now.total === 0 ? null : now.done}
          max={now.total}
          {...(now.total === 0 ? {} : { detail: t('bringingOf', { done: now.done, n: now.total }) })}
        />
        <div>
          <Button icon="stop" onClick={now.stop}>
            {t('stopBringing')}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <details class="fold">
      <summary>{t('bringIn')}</summary>
      <DropTarget class="drop" onFiles={files => void bringAll(teaching, files)}>
        <p>{t('bringInHint')}</p>
        <div class="row">
          <ChooseFiles folder onFiles={files => void bringAll(teaching, files)}>
            {photo('chooseFolder')}
          </ChooseFiles>
          <ChooseFiles one accept=".zip,application/zip" onFiles={files => void bringAll(teaching, files)}>
            {t('chooseZip')}
          </ChooseFiles>
        </div>
      </DropTarget>
    </details>
  );
}
