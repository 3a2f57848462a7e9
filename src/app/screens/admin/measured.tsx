// What was measured of a version, each figure with the rows it was measured on.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import { t } from '../../i18n/admin.ts';
import { formatNumber, formatShare } from '../../i18n/format.ts';

const partNames = { train: 'onTrain', validation: 'onValidation', test: 'onTest' } as const;

export function Measured({ evaluations }: { readonly evaluations: readonly Evaluation[] }) {
  if (evaluations.length === 0) return <p class="soft">{t('measuredNone')}</p>;
  return (
    <ul role="list" class="stack">
      {evaluations.map((evaluation, i) => (
        <li key={i}>
          <EvaluationView evaluation={evaluation} />
        </li>
      ))}
    </ul>
  );
}

/** "held-out rows · of the data set · 360 rows" */
export function onWhat({ part, origin, n }: Pick<Evaluation, 'part' | 'origin' | 'n'>): string {
  return [
    t(partNames[part]),
    t(origin === 'new' ? 'onNew' : 'onParent'),
    n === null ? t('onUnknown') : t('onRows', { n }),
  ].join(' · ');
}

function EvaluationView({ evaluation }: { readonly evaluation: Evaluation }) {
  const { dataset, metrics } = evaluation;
  return (
    <section class="stack-close">
      <h3 class="small">{onWhat(evaluation)}</h3>
      <dl class="facts numbers">
        {Object.entries(metrics).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{figure(evaluation, name, value)}</dd>
          </>
        ))}
      </dl>
      <p class="small soft">
        {dataset === null ? t('onTold') : t('onDataset', { digest: dataset.slice(0, 12) })}
      </p>
    </section>
  );
}

/** Shares, which lie between 0 and 1, as per cent; what else there is as it is. */
const shares: readonly string[] = ['accuracy', 'precision', 'recall', 'f1'];

function figure({ interval }: Evaluation, name: string, value: number | null): string {
  if (value === null) return t('undefinedMetric');
  if (!shares.includes(name)) return formatNumber(value, undefined, 4);
  if (interval?.metric !== name) return formatShare(value);
  return t('withInterval', {
    value: formatShare(value),
    low: formatShare(interval.low),
    high: formatShare(interval.high),
    level: formatShare(interval.level, 0),
  });
}
