// How one version was judged when it was made: what stands in its manifest, with the rows it was measured on.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import type { Installed } from '../../../device/schema.ts';
import { formatNumber, formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';
import { Card } from '../../parts/card.tsx';
import { ConfusionMatrix } from '../../parts/charts/confusion-matrix.tsx';
import { Table } from '../../parts/table.tsx';
import { manifestOf } from '../../state/judge.ts';
import { formatMeasure, measures } from './figures.ts';

const parts = { train: 'partTrain', validation: 'partValidation', test: 'partTest' } as const;

export function OwnScores({ row }: { readonly row: Installed }) {
  const { evaluations, labels } = manifestOf(row);
  const version = String(row.version);
  const matrix = evaluations.find(evaluation => evaluation.confusion !== null && evaluation.part === 'test');
  return (
    <Card title={t('ownScores', { version })}>
      {evaluations.length === 0 ? (
        <p class="soft">{t('ownScoresEmpty', { version })}</p>
      ) : (
        <div class="stack">
          <Table
            caption={t('ownCaption')}
            rowHeads
            columns={[
              { key: 'measure', label: t('measure') },
              ...evaluations.map((evaluation, i) => ({
                key: String(i),
                label: <Rows {...evaluation} />,
                number: true,
              })),
            ]}
            rows={measures.map(measure => [
              t(measure),
              ...evaluations.map(evaluation =>
                measure === 'accuracy' ? (
                  <AccuracyOf {...evaluation} />
                ) : (
                  formatMeasure(measure, evaluation.metrics[measure])
                ),
              ),
            ])}
          />
          {matrix?.confusion && labels ? (
            <ConfusionMatrix
              caption={t('confusionOf', { who: t('oldVersion', { version }) })}
              labels={labels}
              counts={matrix.confusion}
              truth={t('truth')}
              answer={t('answer')}
              format={value => formatNumber(value)}
            />
          ) : null}
        </div>
      )}
    </Card>
  );
}

/** Which rows, and how many: the head of a column. */
function Rows({ part, origin, n }: Evaluation) {
  if (n === null) return <>{t('ownToldOnly')}</>;
  const on = part === 'train' ? t('ownOnTrain', { n }) : t('ownOn', { n });
  return (
    <>
      {t(parts[part])}
      <span class="own-rows">{origin === 'new' ? t('ownNew') : on}</span>
    </>
  );
}

function AccuracyOf({ metrics, interval }: Evaluation) {
  return (
    <>
      {formatMeasure('accuracy', metrics['accuracy'])}
      {interval?.metric === 'accuracy' ? (
        <span class="own-rows">
          {t('interval', { low: formatShare(interval.low), high: formatShare(interval.high) })}
        </span>
      ) : null}
    </>
  );
}
