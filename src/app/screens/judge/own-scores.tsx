// How a version, or what is to be the first of a model, was judged when it was made: its figures, with the rows they were
// measured on.
import type { Evaluation, VersionBody } from '../../../core/artifact/documents.ts';
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
  const version = String(row.version);
  return (
    <Scores
      of={manifestOf(row)}
      title={t('ownScores', { version })}
      empty={t('ownScoresEmpty', { version })}
      who={t('oldVersion', { version })}
    />
  );
}

export function Scores(props: {
  readonly of: Pick<VersionBody, 'evaluations' | 'labels'>;
  readonly title: string;
  /** What is said where nothing was measured. */
  readonly empty: string;
  /** Whose answers the confusion matrix counts. */
  readonly who: string;
}) {
  const { evaluations, labels } = props.of;
  const matrix = evaluations.find(evaluation => evaluation.confusion !== null && evaluation.part === 'test');
  return (
    <Card title={props.title}>
      {evaluations.length === 0 ? (
        <p class="soft">{props.empty}</p>
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
              caption={t('confusionOf', { who: props.who })}
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
