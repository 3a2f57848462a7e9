// Shrink: the variants of the version in use side by side, what each costs and gains on this device, and the choice.
import { useState } from 'preact/hooks';
import '../../styles/shrink.css';
import { type Failure, toFailure } from '../../../core/errors.ts';
import type { Installed } from '../../../device/schema.ts';
import type { ProviderMeasurement } from '../../../worker/protocol.ts';
import { formatMilliseconds, formatNumber, formatShare } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { NeedsModel } from '../../parts/needs-model.tsx';
import { Progress } from '../../parts/progress.tsx';
import { Table } from '../../parts/table.tsx';
import { toast } from '../../parts/toast.tsx';
import { catalogue } from '../../state/catalogue.ts';
import { currentActive, currentModel } from '../../state/current.ts';
import { downloadOf, get } from '../../state/downloads.ts';
import { installedByModel, switchTo } from '../../state/installed.ts';
import { need } from '../../state/services.ts';
import { measure as measureProviders } from '../../state/serving.ts';
import { readVersion } from '../../state/version.ts';
import { columnsOf, type Column } from './columns.ts';
import { findingsOf, type Finding } from './findings.ts';
import { timeVariant, type Timing } from './timing.ts';
import { VariantColumn } from './variant-column.tsx';
import { t } from '../../i18n/shrink.ts';

export default function Shrink() {
  const model = currentModel.value;
  const version = currentActive.value?.version;
  const row = installedByModel.value.get(model ?? '')?.find(one => one.version === version);
  if (!row) {
    const unnumbered = model !== null && version === null;
    return (
      <NeedsModel
        icon="shrink"
        heading={t('title')}
        title={unnumbered ? t('unnumbered', { model }) : t('nothing')}
      >
        {unnumbered ? t('unnumberedBody') : t('nothingBody')}
      </NeedsModel>
    );
  }
  return <ShrinkVersion key={`${row.model}@${row.version}`} row={row} />;
}

interface Measured {
  readonly timings: ReadonlyMap<string, Timing>;
  readonly providers: readonly ProviderMeasurement[];
}

function ShrinkVersion({ row }: { readonly row: Installed }) {
  const { model, version } = row;
  const summary = catalogue.value?.find(one => one.model === model);
  const columns = columnsOf(row, summary?.versions.find(one => one.version === version) ?? null);
  const [measured, setMeasured] = useState<Measured>({ timings: new Map(), providers: [] });
  const [measuring, setMeasuring] = useState<string | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const download = downloadOf(model, version);
  const active = currentActive.value;

  const measure = async () => {
    setProblem(null);
    const timings = new Map<string, Timing>();
    try {
      const opened = await readVersion(model, version);
      const { serving } = need();
      for (const { name } of columns.filter(column => column.here)) {
        setMeasuring(name);
        timings.set(name, await timeVariant(serving, opened, name));
        setMeasured({ timings: new Map(timings), providers: [] });
      }
      const result = await measureProviders({ model, version });
      if (result.ok) setMeasured({ timings, providers: result.value });
      else setProblem(result.error);
    } catch (thrown) {
      setProblem(toFailure(thrown, 'RuntimeFailed'));
    } finally {
      setMeasuring(null);
    }
  };
  const use = async (column: Column) => {
    if (await switchTo(model, version, column.name)) toast(t('nowUsing', { variant: column.name }));
  };
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('ofModel', { model })}</h1>
          <p class="soft">{t('ofVersion', { version: String(version) })}</p>
        </div>
      </header>
      <div class="stack">
        <Findings columns={columns} timings={measured.timings} />
        <div class="variants">
          {columns.map(column => (
            <VariantColumn
              key={column.name}
              column={column}
              authority={columns[0]!}
              largestBytes={Math.max(...columns.map(one => one.bytes))}
              timing={measured.timings.get(column.name)}
              inUse={active?.variant === column.name}
              busy={download?.state === 'running'}
              onGet={() => void get(model, version, column.name)}
              onUse={() => void use(column)}
            />
          ))}
        </div>
        {download?.state === 'running' ? (
          <Progress
            label={t('getting', { variant: model })}
            value={download.receivedBytes}
            max={download.totalBytes}
          />
        ) : null}
        {download?.problem ? <ErrorNote failure={download.problem} /> : null}
        <div class="stack-close">
          <div class="row">
            <Button icon="clock" busy={measuring !== null} onClick={measure}>
              {measured.timings.size > 0 ? t('measureAgain') : t('measure')}
            </Button>
            <span class="small soft" role="status">
              {measuring !== null
                ? t('measuring', { variant: measuring })
                : measured.providers.length > 0
                  ? t('measuredNow')
                  : t('measureHint')}
            </span>
          </div>
          {problem ? <ErrorNote failure={problem} onRetry={() => void measure()} /> : null}
        </div>
        {measured.providers.length > 0 ? <Providers measurements={measured.providers} /> : null}
      </div>
    </>
  );
}

function Findings(props: {
  readonly columns: readonly Column[];
  readonly timings: ReadonlyMap<string, Timing>;
}) {
  const sentences = findingsOf(props.columns, props.timings).map(say);
  return (
    <p class="shrink-findings" role="status">
      {sentences.join(' ')}
    </p>
  );
}

function say(finding: Finding): string {
  switch (finding.kind) {
    case 'one':
      return t('findingOne');
    case 'smaller':
    case 'larger':
      return t(finding.kind === 'smaller' ? 'findingSmaller' : 'findingLarger', {
        small: finding.name,
        percent: formatShare(finding.share, 0),
      });
    case 'sameAccuracy':
      return t('findingSameAccuracy');
    case 'worse':
    case 'better':
      return t(finding.kind === 'worse' ? 'findingWorse' : 'findingBetter', {
        small: formatShare(finding.small),
        large: formatShare(finding.large),
      });
    case 'faster':
      return t('findingFaster', { factor: formatNumber(finding.factor, undefined, 1) });
    case 'slower':
      return t('findingSlower', {
        small: formatMilliseconds(finding.smallMs),
        large: formatMilliseconds(finding.largeMs),
      });
    case 'sameSpeed':
      return t('findingSameSpeed');
  }
}

function Providers({ measurements }: { readonly measurements: readonly ProviderMeasurement[] }) {
  return (
    <Card title={t('providers')}>
      <div class="stack-close">
        <p class="small soft">{t('providersHint')}</p>
        <Table
          caption={t('providersCaption')}
          rowHeads
          columns={[
            { key: 'provider', label: t('provider') },
            { key: 'open', label: t('openMs'), number: true },
            { key: 'median', label: t('medianMs'), number: true },
            { key: 'agrees', label: t('agrees') },
          ]}
          rows={measurements
            .filter(one => one.failure === null)
            .map(one => [
              t(one.provider),
              formatMilliseconds(one.openMs),
              formatMilliseconds(one.medianMs),
              agreement(one),
            ])}
        />
        {measurements.map(one =>
          one.failure === null ? null : (
            <p key={one.provider} class="small">
              {t('failed', { provider: t(one.provider), reason: one.failure })}
            </p>
          ),
        )}
      </div>
    </Card>
  );
}

function agreement({ agrees, difference }: ProviderMeasurement): string {
  if (difference === null) return t('differenceNone');
  return t(agrees ? 'yes' : 'no', { difference: difference.toExponential(1) });
}
