// One variant: bytes, accuracy, and what it takes on this device; and the button that gets it or puts it into use.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import { formatBytes, formatMilliseconds, formatShare } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import type { Column } from './columns.ts';
import { opens, runs, type Timing } from './timing.ts';
import { t } from '../../i18n/shrink.ts';

export interface VariantColumnProps {
  readonly column: Column;
  readonly authority: Column;
  /** Of all columns: what the bars are drawn against. */
  readonly largestBytes: number;
  readonly timing: Timing | undefined;
  readonly inUse: boolean;
  /** A download or a measurement is under way. */
  readonly busy: boolean;
  readonly onGet: () => void;
  readonly onUse: () => void;
}

/** What the registry makes, by name; whatever else is called a variant is made by somebody. */
const howDerived: Readonly<
  Record<string, 'derivedOptimized' | 'derivedFp16' | 'derivedInt8' | 'derivedInt4'>
> = {
  optimized: 'derivedOptimized',
  fp16: 'derivedFp16',
  int8: 'derivedInt8',
  int4: 'derivedInt4',
};

export function VariantColumn(props: VariantColumnProps) {
  const { column, authority, largestBytes, timing, inUse, busy, onGet, onUse } = props;
  const share = column.bytes / authority.bytes;
  return (
    <section class={`card variant ${inUse ? 'in-use' : ''}`} aria-label={column.name}>
      <header>
        <h2 class="mono">{column.name}</h2>
        {inUse ? (
          <Chip tone="accent" icon="check">
            {t('inUse')}
          </Chip>
        ) : (
          <Chip tone={column.here ? 'good' : 'plain'}>{column.here ? t('here') : t('notHere')}</Chip>
        )}
      </header>
      <p class="soft small">{t(column.authority ? 'authority' : (howDerived[column.name] ?? 'derived'))}</p>
      <dl class="variant-facts">
        <div class="variant-size">
          <dt>{t('size')}</dt>
          <dd>
            <strong>{formatBytes(column.bytes)}</strong>
            <span class="variant-bar" aria-hidden="true">
              <span class="variant-fill" style={{ transform: `scaleX(${column.bytes / largestBytes})` }} />
            </span>
            <span class="small soft">
              {t('sizeShare', { share: formatShare(share, 0), name: authority.name })}
            </span>
          </dd>
        </div>
        <Fact term={t('accuracy')} value={accuracy(column.evaluation)} hint={null} />
        <Fact
          term={t('load')}
          value={timing ? formatMilliseconds(timing.openMs) : null}
          hint={t('loadHint', { n: opens })}
        />
        <Fact
          term={t('latency')}
          value={timing ? formatMilliseconds(timing.runMs) : null}
          hint={t('latencyHint', { n: runs })}
        />
        <Fact
          term={t('runsOn')}
          value={timing ? t('threads', { provider: t(timing.provider), n: timing.threads }) : null}
          hint={null}
        />
      </dl>
      {column.here ? (
        <Button kind={inUse ? 'plain' : 'primary'} disabled={inUse} busy={busy && !inUse} onClick={onUse}>
          {inUse ? t('using') : t('use')}
        </Button>
      ) : (
        <Button kind="primary" icon="download" busy={busy} onClick={onGet}>
          {t('get')}
        </Button>
      )}
    </section>
  );
}

function Fact(props: { readonly term: string; readonly value: string | null; readonly hint: string | null }) {
  return (
    <div>
      <dt>{props.term}</dt>
      <dd>
        <strong>{props.value ?? t('notMeasured')}</strong>
        {props.value !== null && props.hint ? <span class="small soft">{props.hint}</span> : null}
      </dd>
    </div>
  );
}

function accuracy(evaluation: Evaluation | null): string {
  const value = evaluation?.metrics['accuracy'];
  if (!evaluation || value === null || value === undefined) return t('notJudged');
  const { n, interval } = evaluation;
  const said = formatShare(value);
  if (n === null) return said;
  if (interval?.metric !== 'accuracy') return t('accuracyWithN', { value: said, n });
  return t('accuracyWithInterval', {
    value: said,
    n,
    low: formatShare(interval.low),
    high: formatShare(interval.high),
  });
}
