// The training run as it stands: start, progress with time left, pause, stop; the curves; how it ended.
import { useEffect, useRef } from 'preact/hooks';
import type { Manifest } from '../../../core/artifact/documents.ts';
import type { Divergence, TrainProgress } from '../../../core/train/engine.ts';
import type { TrainRecipe } from '../../../core/train/recipe.ts';
import { shortageOf } from '../../../core/data/enough-samples.ts';
import type { Sample } from '../../../device/schema.ts';
import type { TrainRequest } from '../../../worker/protocol.ts';
import { formatDuration } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { toast } from '../../parts/toast.tsx';
import { href } from '../../router.ts';
import { cameWithData } from '../../state/samples.ts';
import { estimatedMs } from '../../state/training-pace.ts';
import { rateFinder, training } from '../../state/training-run.ts';
import { compute } from './compute.tsx';
import { Curves } from './curves.tsx';
import { MemoryNote } from './memory-note.tsx';
import { draftFor, recipeFrom } from './recipe-draft.ts';
import { isEnough, SamplesAlone } from './samples-alone.tsx';
import { draft, RecipeSettings, shareSamples } from './settings.tsx';
import { heldNear, stayClose } from './stay-close.tsx';
import { Timings } from './timings.tsx';

export interface RunProps {
  readonly manifest: Manifest;
  /** Of this model. */
  readonly samples: readonly Sample[];
}

export function Run({ manifest, samples }: RunProps) {
  const state = training.state.value;
  const { model, version } = manifest;
  if (training.busy.value && 'request' in state && state.request.model !== model) {
    return <Elsewhere request={state.request} />;
  }
  const mine = 'request' in state && state.request.model === model;
  if (mine && training.busy.value) return <Running manifest={manifest} />;
  const isDone = mine && state.phase === 'done';
  const alone = !cameWithData(manifest);
  const typed = recipeFrom(draftFor(draft.value, manifest));
  const recipe = typed && alone ? heldNear(typed, stayClose.value) : typed;
  const shortage = shortageOf(samples);
  const isShort = alone && !isEnough(shortage);
  const mayShare = !alone && samples.length > 0;
  const request = recipe && {
    ...{ model, version, recipe, shareSamples: shareSamples.value },
    ...(recipe.engine === 'onnx' && { compute: compute.value }),
  };
  const start = (): void => {
    if (request) void training.start(request);
  };
  return (
    <Card title={t('train')}>
      <div class="stack">
        {mine && state.phase === 'failed' ? <ErrorNote failure={state.failure} onRetry={start} /> : null}
        {isDone ? <Done model={model} /> : null}
        {alone ? <SamplesAlone manifest={manifest} shortage={shortage} /> : null}
        <RecipeSettings manifest={manifest} request={request} mayShare={mayShare} />
        <div class="row">
          <Button
            kind={samples.length > 0 && !isDone ? 'primary' : 'plain'}
            icon="play"
            disabled={recipe === null || rateFinder.busy.value || isShort}
            onClick={start}
          >
            {isDone ? t('trainAgain') : t('start')}
          </Button>
          <span class="small soft grow">
            {recipe === null ? t('settingWrong') : t(hintOf(alone, samples))}{' '}
            {mayShare && shareSamples.value ? `${t('sharing')} ` : ''}
            {estimateWords(manifest, recipe, samples)}
          </span>
        </div>
        {recipe && !isShort ? <MemoryNote request={{ model, version, recipe, shareSamples: false }} /> : null}
      </div>
    </Card>
  );
}

function hintOf(alone: boolean, samples: readonly Sample[]) {
  if (alone) return 'aloneHint';
  return samples.length > 0 ? 'startHint' : 'noSamplesHint';
}

function estimateWords(manifest: Manifest, recipe: TrainRecipe | null, samples: readonly Sample[]): string {
  const { model, data } = manifest;
  const rows = cameWithData(manifest) ? data?.rows.train : 0;
  if (recipe === null || rows === undefined) return '';
  const learnt = samples.filter(({ part }) => part === 'train').length;
  const ms = estimatedMs({ model, recipe, rows, samples: learnt });
  return ms === null ? '' : t('estimate', { time: formatDuration(ms / 1000) });
}

function Elsewhere({ request }: { readonly request: TrainRequest }) {
  return (
    <Note>
      <span>{t('elsewhere', { model: request.model, version: String(request.version) })}</span>
      <div class="row">
        <LinkButton href={href('teach', request.model)}>{t('goThere')}</LinkButton>
      </div>
    </Note>
  );
}

function Done({ model }: { readonly model: string }) {
  const state = training.state.value;
  if (state.phase !== 'done') return null;
  const { seconds, backend, diverged } = state.outcome;
  return (
    <Note tone={diverged ? 'warn' : 'good'}>
      {diverged ? (
        <Diverged {...diverged} />
      ) : (
        <span>{t('done', { time: formatDuration(seconds), backend: backendWords(backend) })}</span>
      )}
      <div class="row">
        <LinkButton kind="primary" icon="judge" href={href('judge', model)}>
          {t('toJudge')}
        </LinkButton>
      </div>
    </Note>
  );
}

function Diverged({ step, keptEpoch, message }: Divergence) {
  return (
    <>
      <span>
        {t('divergedAt', { step })} {t('divergedKept', { n: keptEpoch })}
      </span>
      <span>{t('divergedAdvice')}</span>
      <span class="small soft">{message}</span>
    </>
  );
}

function Running({ manifest }: { readonly manifest: Manifest }) {
  const { phase } = training.state.value;
  const progress = training.progress.value;
  const status = useRef<HTMLParagraphElement>(null);
  // The button that had the focus went with what stood here: whoever has no pointer goes on from here.
  useEffect(() => {
    if (document.activeElement === document.body) status.current?.focus({ preventScroll: true });
  }, []);
  const stop = async (): Promise<void> => {
    await training.stop();
    toast(t('stopped'));
  };
  return (
    <Card title={t('train')} class="teach-running">
      <div class="stack">
        <p role="status" class="teach-phase" tabIndex={-1} ref={status}>
          {phaseWords(phase)} {progress ? backendWords(progress.backend) : ''}
        </p>
        <Progress
          label={progress ? progressWords(progress) : t('starting')}
          value={progress ? progress.step : null}
          max={progress?.steps ?? 1}
          detail={progress ? timeLeft(progress) : ''}
        />
        <div class="row">
          {phase === 'paused' ? (
            <Button kind="primary" icon="play" onClick={() => training.resume()}>
              {t('resume')}
            </Button>
          ) : (
            <Button icon="pause" disabled={phase !== 'running'} onClick={() => training.pause()}>
              {t('pause')}
            </Button>
          )}
          <Button kind="danger" icon="stop" busy={phase === 'stopping'} onClick={stop}>
            {t('stop')}
          </Button>
        </div>
        <Safety />
        <Curves
          history={training.history.value}
          isValidated={cameWithData(manifest) && (manifest.data?.rows.validation ?? 0) > 0}
        />
        <Timings timings={progress?.timings} />
      </div>
    </Card>
  );
}

/** What becomes of the run if the tab dies. */
function Safety() {
  const state = training.state.value;
  if (training.progress.value?.unkept) return <Note tone="warn">{t('unkept')}</Note>;
  const canGoOn = 'request' in state && state.request.recipe.engine === 'onnx';
  return <p class="small soft">{t(canGoOn ? 'canGoOn' : 'cannotGoOn')}</p>;
}

function phaseWords(phase: string): string {
  if (phase === 'paused') return t('paused');
  if (phase === 'stopping') return t('stopping');
  return phase === 'starting' ? t('starting') : t('running');
}

function progressWords({ step, steps, epoch, epochs }: TrainProgress): string {
  return t('progressOf', { step, steps, epoch, epochs });
}

/** Said in every phase: a line that goes would move everything below it. */
function timeLeft({ remainingMs }: TrainProgress): string {
  return t('timeLeft', { time: formatDuration(remainingMs / 1000) });
}

const backends: Readonly<Record<string, 'backendGpu' | 'backendWebgl' | 'backendWasm' | 'backendCpu'>> = {
  webgpu: 'backendGpu',
  webgl: 'backendWebgl',
  wasm: 'backendWasm',
  cpu: 'backendCpu',
};

function backendWords(backend: string): string {
  const key = backends[backend];
  return t('onBackend', { backend: key ? t(key) : backend });
}
