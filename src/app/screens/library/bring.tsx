// A model file that was dropped on the Library: what it is, what it is to be called, and the way to using it.
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/bring.ts';
import { t as brought } from '../../i18n/brought.ts';
import { formatBytes, formatNumber } from '../../i18n/format.ts';
import { BroughtForm, type Named } from '../../parts/brought-form.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { toast } from '../../parts/toast.tsx';
import { navigate, route } from '../../router.ts';
import { bringing, type BringState, keepBrought, leaveBrought } from '../../state/bring-model.ts';
import type { Said } from '../../state/brought-model.ts';
import { candidates } from '../../state/candidates.ts';
import { catalogue } from '../../state/catalogue.ts';
import { activeByModel, installedByModel } from '../../state/installed.ts';
import { ForeignNote } from '../admin/foreign-note.tsx';
import { ImportedNote } from '../admin/imported-note.tsx';

/** Nothing while there is none. */
export function Bring() {
  const state = bringing.value;
  switch (state.phase) {
    case 'empty':
      return null;
    case 'inspecting':
      return <Progress label={brought('inspecting', { name: state.name })} value={null} />;
    case 'refused':
      return (
        <Card title={t('refused', { name: state.name })} actions={<Leave />}>
          <ErrorNote failure={state.failure} />
        </Card>
      );
    case 'foreign':
      return (
        <Card title={t('refused', { name: state.name })} actions={<Leave />}>
          <ForeignNote format={state.format} path={state.path} />
        </Card>
      );
    case 'ready':
    case 'keeping':
      return <Ready state={state} />;
  }
}

function Leave() {
  return (
    <Button kind="quiet" icon="close" onClick={leaveBrought}>
      {common('cancel')}
    </Button>
  );
}

type ReadyState = Extract<BringState, { readonly phase: 'ready' | 'keeping' }>;

function Ready({ state }: { readonly state: ReadyState }) {
  const { inspected } = state;
  const { imported, inspection } = inspected;
  const isKeeping = state.phase === 'keeping';
  const give = async (name: string, said: Said): Promise<void> => {
    if (!(await keepBrought(name, said))) return;
    toast(t('kept', { name }));
    // Whoever looks elsewhere by now stays there.
    if (route.peek().place === 'library') navigate('use', name);
  };
  return (
    <Card title={t('title', { name: inspected.name })} actions={isKeeping ? null : <Leave />}>
      <div class="stack">
        {imported ? <ImportedNote imported={imported} /> : null}
        <p class="soft small numbers">
          {t('facts', { bytes: formatBytes(inspection.bytes), n: formatNumber(inspection.parameters) })}
        </p>
        <BroughtForm
          inspected={inspected}
          problem={state.phase === 'ready' ? state.failure : null}
          nameHint={t('nameHint')}
          sayName={sayName}
          action={isKeeping ? t('keeping') : t('keep')}
          icon="check"
          busy={isKeeping}
          onGive={give}
        />
        <p class="soft small">{t('stays')}</p>
        <div role="status">
          {state.phase === 'keeping' && state.turnedAway !== null ? (
            <Note tone="warn">{t('keepingFirst', { name: state.turnedAway })}</Note>
          ) : null}
        </div>
      </div>
    </Card>
  );
}

/** What runs here keeps its name; one that the registry has is free here, and in the way when it is sent. */
function sayName(name: string): Named {
  const isHere =
    installedByModel.value.has(name) ||
    activeByModel.value.has(name) ||
    candidates.value.some(row => row.model === name);
  if (isHere) return { refused: t('nameHere') };
  const isTaken = (catalogue.value ?? []).some(summary => summary.model === name);
  return { said: isTaken ? t('nameTaken') : t('nameFree') };
}
