// The camera, and beside it what the project says to it now.
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { LiveAnswer } from '../../../worker/protocol.ts';
import { formatMilliseconds } from '../../i18n/format.ts';
import { t } from '../../i18n/new-model.ts';
import { Bars } from '../../parts/bars.tsx';
import { CameraTrouble, CameraView } from '../../parts/camera-view.tsx';
import type { Camera } from '../../state/camera.ts';
import { eachFrame } from '../../state/frames.ts';
import { askable, shownBy } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';

/** Bars that fit beside a camera on a phone. */
const barsAtMost = 5;
/** Photos from which it can answer at all. */
const answersFrom = 5;

export interface LivePanelProps {
  readonly teaching: Teaching;
  readonly camera: Camera;
  readonly onVideo: (video: HTMLVideoElement | null) => void;
}

export function LivePanel({ teaching, camera, onVideo }: LivePanelProps) {
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
    <section class="card live-panel" aria-label={t('says')}>
      <CameraView camera={camera} onVideo={follow} />
      <div class="live-says stack-close">
        <Says teaching={teaching} />
      </div>
      <CameraTrouble camera={camera} />
    </section>
  );
}

function lookAt(teaching: Teaching, video: HTMLVideoElement): void {
  const shown = shownBy(video);
  // A frame is only read when the one before it was answered: reading costs more than showing.
  if (shown && canLook(teaching) && !teaching.isLooking()) teaching.look(askable(shown));
}

/** Without an embedder, or where it does not open, each frame would try it again. */
function canLook({ project, problem }: Teaching): boolean {
  return project.peek().embedder !== null && problem.peek() === null;
}

function Says({ teaching }: { readonly teaching: Teaching }) {
  const answer = teaching.answer.value;
  const count = teaching.examples.value.length;
  if (!answer?.by) {
    return (
      <p class="soft">
        {count > 0 && count < answersFrom ? t('needsMore', { n: answersFrom - count }) : t('saysNothing')}
      </p>
    );
  }
  const labels = new Map(teaching.project.value.classes.map(({ id, label }) => [id, label]));
  const rows = answer.scores
    .filter(score => labels.has(score.class))
    .map(score => ({ label: labels.get(score.class)!, value: score.probability }));
  return (
    <>
      <output class="live-word" aria-live="polite">
        {rows[0]?.label}
      </output>
      <Bars label={t('says')} rows={rows.slice(0, barsAtMost)} best={0} />
      <p class="soft small">{whoSays(answer)}</p>
    </>
  );
}

function whoSays({ by, embedMs }: LiveAnswer): string {
  return t('inTime', { by: by === 'head' ? t('byHead') : t('byNearest'), time: formatMilliseconds(embedMs) });
}
