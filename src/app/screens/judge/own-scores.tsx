// How one version was judged when it was made: what stands in its manifest, with the rows it was measured on.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import type { Installed } from '../../../device/schema.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';
import { Card } from '../../parts/card.tsx';
import { ConfusionMatrix } from '../../parts/charts/confusion-matrix.tsx';
import { Table } from '../../parts/table.tsx';
import { manifestOf } from '../../state/judge.ts';
import { formatAccuracy, formatMeasure, measures } from './figures.ts';

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
                label: rowsOf(evaluation),
                number: true,
              })),
            ]}
            rows={measures.map(measure => [
              t(measure),
              ...evaluations.map(evaluation =>
                measure === 'accuracy'
                  ? formatAccuracy(evaluation)
                  : formatMeasure(measure, evaluation.metrics[measure]),
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

function rowsOf({ part, origin, n }: Evaluation): string {
  if (n === null) return t('ownToldOnly');
  const on = part === 'train' ? t('ownOnTrain', { n }) : t('ownOn', { n });
  return `${t(parts[part])}: ${origin === 'new' ? t('ownNew') : on}`;
}
