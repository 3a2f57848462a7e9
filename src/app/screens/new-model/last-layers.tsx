// A fold: the last layers of what sees learn too. What it takes, how far it is, and what came of it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type PhotoChanges, usualChanges } from '../../../core/teach/photo-changes.ts';
import type { BlocksOutcome, BlocksRunProgress } from '../../../worker/blocks-protocol.ts';
import { formatDuration, formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/last-layers.ts';
import { t as newModel } from '../../i18n/new-model.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Check } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { href } from '../../router.ts';
import { lastLayers } from '../../state/last-layers-run.ts';
import type { Teaching } from '../../state/project.ts';

export function LastLayers({ teaching }: { readonly teaching: Teaching }) {
  const [changes, setChanges] = useState(usualChanges);
  const project = teaching.project.value;
  const state = lastLayers.state.value;
  const isMine = 'project' in state && state.project === project.id;
  const isFinished = project.candidate !== null;
  const [isOpen, setOpen] = useState(isMine);
  const onToggle = (event: Event): void => {
    const { open } = event.currentTarget as HTMLDetailsElement;
    setOpen(open);
    if (open && isFinished && !isMine) void lastLayers.askCost(project.id, changes);
  };
  return (
    <details class="fold" open={isOpen} onToggle={onToggle}>
      <summary>{t('title')}</summary>
      <div class="stack">
        <p class="soft small">{t('what')}</p>
        {isMine && 'progress' in state ? (
          <Running />
        ) : (
          <>
            {isMine ? <Came model={project.model} /> : null}
            <Changes changes={changes} onChanges={setChanges} />
            {isFinished ? <Cost project={project.id} /> : <p class="soft">{t('needsFinish')}</p>}
            <div>
              <Button
                icon="teach"
                disabled={!isFinished || 'progress' in state || lastLayers.cost.value?.phase === 'timing'}
                onClick={() => void lastLayers.start(project.id, changes)}
              >
                {t(isMine && state.phase === 'done' ? 'again' : 'start')}
              </Button>
            </div>
          </>
        )}
      </div>
    </details>
  );
}

interface ChangesProps {
  readonly changes: PhotoChanges;
  readonly onChanges: (changes: PhotoChanges) => void;
}

function Changes({ changes, onChanges }: ChangesProps) {
  const check = (name: keyof PhotoChanges, hint: string | null = null) => (
    <Check checked={changes[name]} onChange={checked => onChanges({ ...changes, [name]: checked })}>
      {t(name)}
      {hint === null ? null : <span class="field-hint"> {hint}</span>}
    </Check>
  );
  return (
    <fieldset class="plain-fieldset">
      <legend>{t('mayChange')}</legend>
      {check('crop')}
      {check('rotate')}
      {check('colour', t('colourHint'))}
      {check('flip', t('flipHint'))}
    </fieldset>
  );
}

function Cost({ project }: { readonly project: string }) {
  const cost = lastLayers.cost.value;
  if (cost?.project !== project) return null;
  switch (cost.phase) {
    case 'timing':
      return <Progress label={t('timing')} value={null} />;
    case 'failed':
      return <ErrorNote failure={cost.failure} />;
    case 'known': {
      const { seconds, share } = cost.cost;
      return (
        <p class="numbers">{t('cost', { time: formatDuration(seconds), share: formatShare(share, 0) })}</p>
      );
    }
  }
}

function Running() {
  const state = lastLayers.state.value;
  const status = useRef<HTMLDivElement>(null);
  // The button that had the focus went with what stood here.
  useEffect(() => {
    if (document.activeElement === document.body) status.current?.focus({ preventScroll: true });
  }, []);
  if (!('progress' in state)) return null;
  const { phase, progress } = state;
  return (
    <div class="stack-close" role="group" aria-label={t('title')} tabIndex={-1} ref={status}>
      <Progress
        label={progress ? t(progress.phase) : t('starting')}
        value={progress ? progress.done : null}
        max={progress?.total ?? 1}
        detail={phase === 'paused' ? t('paused') : timeLeft(progress)}
      />
      <div class="row">
        {phase === 'paused' ? (
          <Button kind="primary" icon="play" onClick={() => void lastLayers.resume()}>
            {t('resume')}
          </Button>
        ) : (
          <Button icon="pause" disabled={phase !== 'running'} onClick={() => void lastLayers.pause()}>
            {t('pause')}
          </Button>
        )}
        <Button kind="danger" icon="stop" busy={phase === 'stopping'} onClick={lastLayers.stop}>
          {t('stop')}
        </Button>
      </div>
    </div>
  );
}

function timeLeft(progress: BlocksRunProgress | null): string {
  if (progress?.remainingMs == null) return '';
  return t('left', { time: formatDuration(progress.remainingMs / 1000) });
}

/** What came of the last run. */
function Came({ model }: { readonly model: string }) {
  const state = lastLayers.state.value;
  if (state.phase === 'failed') return <ErrorNote failure={state.failure} />;
  if (state.phase !== 'done') return null;
  const { outcome } = state;
  return (
    <div class="stack-close" aria-live="polite">
      <Note tone={outcome.candidate === null ? 'info' : 'good'}>
        <span class="numbers">{said(outcome)}</span>
      </Note>
      {outcome.candidate === null ? null : (
        <div>
          <LinkButton kind="quiet" icon="judge" href={href('judge', model)}>
            {newModel('toJudge')}
          </LinkButton>
        </div>
      )}
    </div>
  );
}

function said({ candidate, head, current, blocks, heldOut }: BlocksOutcome): string {
  const figures = { head, blocks, n: heldOut };
  if (candidate === null) {
    return current === null ? t('worseThanHead', figures) : t('worse', { ...figures, current });
  }
  return blocks > head ? t('better', figures) : t('equal', { head, n: heldOut });
}
