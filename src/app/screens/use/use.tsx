// Use: the answer first. What the model wants to be given decides how it is given.
import { useEffect, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/use.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import '../../styles/use.css';
import { inputKind } from '../../state/inputs.ts';
import { currentActive } from '../../state/current.ts';
import { installed } from '../../state/installed.ts';
import { openTarget } from '../../state/serving.ts';
import { readVersion, type VersionInUse } from '../../state/version.ts';
import { FirstVisit } from './first-visit.tsx';
import { Live } from './live.tsx';
import { Rows } from './rows.tsx';
import { Tensors } from './tensors.tsx';
import { Unnumbered } from './unnumbered.tsx';

export function Use() {
  const active = currentActive.value;
  if (installed.value === null) return null;
  if (!active) return <FirstVisit />;
  const { model, version, variant, candidate } = active;
  return <InUse key={model} model={model} version={version} variant={variant} candidate={candidate} />;
}

interface InUseProps {
  readonly model: string;
  readonly version: number;
  readonly variant: string;
  readonly candidate: string | null;
}

/** What was drawn or typed stays when a newer version is swapped in: only the model's name makes a new screen. */
function InUse({ model, version, variant, candidate }: InUseProps) {
  const [inUse, setInUse] = useState<VersionInUse | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    let wanted = true;
    void openTarget(candidate === null ? { model, version, variant } : { candidate });
    readVersion(model, version, candidate).then(
      found => {
        if (!wanted) return;
        setInUse(found);
        setProblem(null);
      },
      (thrown: unknown) => wanted && setProblem(toFailure(thrown)),
    );
    return () => {
      wanted = false;
    };
  }, [model, version, variant, candidate]);
  return (
    <>
      <div class="page-head">
        <h1>{t('title', { model })}</h1>
      </div>
      {candidate === null ? null : <Unnumbered model={model} version={version} candidate={candidate} />}
      {problem ? <ErrorNote failure={problem} /> : null}
      {inUse ? <Ways inUse={inUse} variant={variant} /> : null}
    </>
  );
}

export interface WayProps {
  readonly inUse: VersionInUse;
  readonly variant: string;
}

function Ways(props: WayProps) {
  const [way, setWay] = useState<'live' | 'table'>('live');
  const kind = inputKind(props.inUse.manifest.interface);
  if (kind === 'tensors') return <Tensors {...props} />;
  return (
    <Tabs
      label={t('ways')}
      tabs={[
        { id: 'live', label: kind === 'drawing' ? t('draw') : t('form') },
        { id: 'table', label: t('table') },
      ]}
      value={way}
      onChange={setWay}
    >
      {way === 'live' ? <Live {...props} kind={kind} /> : <Rows {...props} />}
    </Tabs>
  );
}
