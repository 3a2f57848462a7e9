// Use: the answer first. What the model wants to be given decides how it is given.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import type { Active } from '../../../device/schema.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { LinkButton } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import '../../styles/use.css';
import { href } from '../../router.ts';
import { inputKind } from '../../state/inputs.ts';
import { currentActive } from '../../state/current.ts';
import { installed } from '../../state/installed.ts';
import { openTarget, type Target } from '../../state/serving.ts';
import { readUnnumbered, readVersion, type VersionInUse } from '../../state/version.ts';
import { FirstVisit } from './first-visit.tsx';
import { Live } from './live.tsx';
import { Rows } from './rows.tsx';
import { Unnumbered } from './unnumbered.tsx';

export function Use() {
  const active = currentActive.value;
  if (installed.value === null) return null;
  if (!active) return <FirstVisit />;
  return <InUse key={active.model} active={active} />;
}

/** What was drawn or typed stays when a newer version is swapped in: only the model's name makes a new screen. */
function InUse({ active }: { readonly active: Active }) {
  const { model, version, variant, candidate } = active;
  const [inUse, setInUse] = useState<VersionInUse | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    let wanted = true;
    const { reading, target } = runningOf(active);
    void openTarget(target);
    reading.then(
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
        <LinkButton kind="quiet" icon="new" href={href('new')}>
          {common('new')}
        </LinkButton>
      </div>
      <Unnumbered active={active} />
      {problem ? <ErrorNote failure={problem} /> : null}
      {inUse ? <Ways inUse={inUse} variant={variant} /> : null}
    </>
  );
}

function runningOf(active: Active): { readonly reading: Promise<VersionInUse>; readonly target: Target } {
  const { model, variant, candidate } = active;
  if (active.version === null) {
    return { reading: readUnnumbered(model, active.candidate), target: { candidate: active.candidate } };
  }
  const { version } = active;
  const reading = readVersion(model, version, candidate);
  return { reading, target: candidate === null ? { model, version, variant } : { candidate } };
}

export interface WayProps {
  readonly inUse: VersionInUse;
  readonly variant: string;
}

/** Cameras, microphones and forms for any tensor are no part of the shell. */
const fetchedWays = {
  photo: () => import('./photo-way.tsx'),
  sound: () => import('./sound-way.tsx'),
  tensors: () => import('./tensors.tsx'),
} as const;

function Fetched({ kind, ...props }: WayProps & { readonly kind: keyof typeof fetchedWays }) {
  const [loaded, setLoaded] = useState<{ readonly Way: FunctionComponent<WayProps> } | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    fetchedWays[kind]().then(
      ({ default: Way }) => setLoaded({ Way }),
      (thrown: unknown) => setProblem(toFailure(thrown, 'Offline')),
    );
  }, [kind]);
  if (problem) return <ErrorNote failure={problem} />;
  return loaded && <loaded.Way {...props} />;
}

function Ways(props: WayProps) {
  const [way, setWay] = useState<'live' | 'table'>('live');
  const kind = inputKind(props.inUse.manifest.interface);
  if (kind !== 'drawing' && kind !== 'features') return <Fetched key={kind} kind={kind} {...props} />;
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
