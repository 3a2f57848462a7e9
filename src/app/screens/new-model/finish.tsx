// From what was shown to a model: its name, what will happen, and the way to its figures.
import { useEffect, useRef, useState } from 'preact/hooks';
import { modelNameSchema } from '../../../core/artifact/names.ts';
import { type Failure } from '../../../core/errors.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/new-model.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { SavePage } from '../../parts/save-page.tsx';
import { t as layersWords } from '../../i18n/last-layers.ts';
import { href, navigate } from '../../router.ts';
import { candidates } from '../../state/candidates.ts';
import { readJudged } from '../../state/judge.ts';
import { lastLayers } from '../../state/last-layers-run.ts';
import type { Teaching } from '../../state/project.ts';
import { LastLayers } from './last-layers.tsx';
import { canFinish } from './missing.ts';
import { useNameHint } from './name-hint.ts';

export function Finish({ teaching }: { readonly teaching: Teaching }) {
  const [open, setOpen] = useState(false);
  const project = teaching.project.value;
  const words = teachingWords(project.kind);
  const ready = canFinish(project.classes, teaching.byClass.value);
  const waits = isLearning(project.id);
  return (
    <>
      <div class="row">
        <Button kind="primary" icon="check" disabled={!ready || waits} onClick={() => setOpen(true)}>
          {t('finish')}
        </Button>
        <Button
          icon="download"
          disabled={teaching.examples.value.length === 0}
          onClick={() => void teaching.exportData()}
        >
          {words('exportData')}
        </Button>
        {project.candidate === null ? null : (
          <Button icon="download" onClick={() => void teaching.exportModel()}>
            {t('exportModel')}
          </Button>
        )}
        <PageOf digest={project.candidate} />
        {project.candidate === null ? null : (
          <LinkButton kind="quiet" icon="judge" href={href('judge', project.model)}>
            {t('toJudge')}
          </LinkButton>
        )}
      </div>
      {ready ? null : <p class="soft small">{words('finishNeeds')}</p>}
      {waits ? <p class="soft small">{layersWords('finishWaits')}</p> : null}
      {ready && project.kind === 'photo' ? <LastLayers teaching={teaching} /> : null}
      {open ? <Make teaching={teaching} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** Last layers that learn meanwhile would find that they began from a model that is no more. */
function isLearning(project: string): boolean {
  const state = lastLayers.state.value;
  return 'progress' in state && state.project === project;
}

/** Of what was made of it last. */
function PageOf({ digest }: { readonly digest: string | null }) {
  const row = candidates.value.find(one => one.digest === digest);
  if (!row) return null;
  const { model, interface: face } = readJudged(row).candidate;
  return <SavePage model={model} of={{ candidate: row.digest }} interface={face} />;
}

function Make({ teaching, onClose }: { readonly teaching: Teaching; readonly onClose: () => void }) {
  const [name, setName] = useState(teaching.project.value.model);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const isClosed = useRef(false);
  useEffect(() => () => void (isClosed.current = true), []);
  const hint = useNameHint(name, teaching.project.value.kind);
  const isName = modelNameSchema.safeParse(name).success;
  const waits = isLearning(teaching.project.value.id);
  const make = async (): Promise<void> => {
    if (!isName || busy || waits) return;
    setBusy(true);
    setProblem(null);
    const made = await teaching.finish(name);
    setBusy(false);
    if (!made.ok) return setProblem(made.error);
    // Who closed this meanwhile is not taken elsewhere: what was made waits in Judge.
    if (isClosed.current) return;
    onClose();
    navigate('judge', name);
  };
  return (
    <Dialog
      title={t('finishTitle')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button
            kind="primary"
            icon="check"
            busy={busy}
            disabled={!isName || waits}
            onClick={() => void make()}
          >
            {busy ? t('finishing') : t('finishNow')}
          </Button>
        </>
      }
    >
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          void make();
        }}
      >
        <TextField
          label={t('name')}
          hint={hint}
          error={isName ? null : t('nameWrong')}
          value={name}
          maxLength={64}
          onInput={setName}
        />
        <p>
          {teachingWords(teaching.project.value.kind)('finishWhat', { n: teaching.examples.value.length })}
        </p>
        <p class="soft">{t('finishThen')}</p>
        {problem ? <ErrorNote failure={problem} /> : null}
      </form>
    </Dialog>
  );
}
