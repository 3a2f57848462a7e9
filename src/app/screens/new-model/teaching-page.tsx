// One project on the screen: what it sees or hears stays in sight, the classes lie below it or beside it.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ProjectClass } from '../../../device/projects.ts';
import { t } from '../../i18n/new-model.ts';
import { t as photo } from '../../i18n/photo.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { Progress } from '../../parts/progress.tsx';
import { embeddersHere } from '../../state/embedders.ts';
import type { Teaching } from '../../state/project.ts';
import { keepAwake } from '../../state/wake-lock.ts';
import { Begun } from './begun.tsx';
import { bringAll } from './bring-in.ts';
import { bringingNow } from './bringing.ts';
import { AddClass, ClassCard } from './class-card.tsx';
import { EmbedderChoice, NoEmbedder } from './embedder-choice.tsx';
import { Finish } from './finish.tsx';
import { Standing } from './standing.tsx';

export interface TeachingPageProps {
  readonly teaching: Teaching;
  readonly isRecording: boolean;
  /** What it sees or hears, and says to it. */
  readonly live: ComponentChildren;
  /** How a class is recorded. */
  readonly recordWays?: (of: ProjectClass) => ComponentChildren;
  /** How many are brought in at once; absent: folders and zips of files. */
  readonly bringIn?: ComponentChildren;
  /** Nothing can be shown to a class yet. */
  readonly isToBegin?: boolean;
}

export function TeachingPage(props: TeachingPageProps) {
  const { teaching, isRecording, live, isToBegin = false } = props;
  const project = teaching.project.value;
  useAwake(isRecording || (teaching.standing.value?.pending ?? 0) > 0);
  useProposedEmbedder(teaching);
  return (
    <>
      <header class="page-head">
        <h1>{t('titleOf', { model: project.model })}</h1>
      </header>
      <div class="new-model">
        <div class="new-model-live stack">{live}</div>
        <div class="stack">
          {isToBegin ? <Bringing /> : null}
          {project.embedder === null && embeddersHere.value.length === 0 ? <NoEmbedder /> : null}
          {teaching.problem.value ? (
            <ErrorNote failure={teaching.problem.value} onRetry={teaching.learnAgain} />
          ) : null}
          {isToBegin ? null : <Classes {...props} />}
          <Begun except={project.id} />
          <p class="soft small">{teachingWords(project.kind)('intro')}</p>
        </div>
      </div>
    </>
  );
}

function Classes({ teaching, recordWays, bringIn }: TeachingPageProps) {
  return (
    <>
      <Standing teaching={teaching} />
      {teaching.project.value.classes.map((of, i) => (
        <ClassCard key={of.id} teaching={teaching} of={of} index={i}>
          {recordWays?.(of)}
        </ClassCard>
      ))}
      <AddClass teaching={teaching} />
      <Finish teaching={teaching} />
      {bringingNow.value ? <Bringing /> : (bringIn ?? <BringIn teaching={teaching} />)}
      <EmbedderChoice teaching={teaching} />
    </>
  );
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

/** How far that is which is being brought in. */
function Bringing() {
  const now = bringingNow.value;
  if (!now) return null;
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

function BringIn({ teaching }: { readonly teaching: Teaching }) {
  return (
    <details class="fold">
      <summary>{t('bringIn')}</summary>
      <DropTarget class="drop" onFiles={files => void bringAll(teaching, files)}>
        <p>{teachingWords(teaching.project.value.kind)('bringInHint')}</p>
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
