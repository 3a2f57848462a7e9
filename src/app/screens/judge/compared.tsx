// Two versions on the same rows, side by side: accuracy with its interval; folded, the other measures and the confusion matrices.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import type { ComparedRows } from '../../../core/evaluate/compare.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';
import { ConfusionMatrix } from '../../parts/charts/confusion-matrix.tsx';
import { IntervalPlot, type IntervalRow } from '../../parts/charts/interval-plot.tsx';
import { Table } from '../../parts/table.tsx';
import { formatAccuracy, formatMeasure, measures } from './figures.ts';

/** Fewer rows than this come with a word of caution. */
const fewRows = 30;

export interface ComparedProps {
  readonly rows: ComparedRows;
  readonly labels: readonly string[];
  readonly oldName: string;
  readonly newName: string;
}

export function Compared({ rows, labels, oldName, newName }: ComparedProps) {
  const sides = [
    { name: oldName, evaluation: rows.old },
    { name: newName, evaluation: rows.new },
  ];
  return (
    <div class="stack">
      <IntervalPlot title={finding(rows)} rows={sides.flatMap(intervalRow)} />
      <p class="small soft">
        {t('intervalNote')} {rows.n < fewRows ? t('fewRows') : ''}
      </p>
      <details class="fold">
        <summary>{t('allFigures')}</summary>
        <div class="stack">
          <Table
            caption={t('scoresCaption', { n: rows.n })}
            rowHeads
            columns={[
              { key: 'measure', label: t('measure') },
              { key: 'old', label: oldName, number: true },
              { key: 'new', label: newName, number: true },
              { key: 'change', label: t('change'), number: true },
            ]}
            rows={measures.map(measure => [
              t(measure),
              formatMeasure(measure, rows.old.metrics[measure]),
              formatMeasure(measure, rows.new.metrics[measure]),
              difference(rows.old.metrics[measure], rows.new.metrics[measure]),
            ])}
          />
          <div class="judge-columns">
            {sides.map(({ name, evaluation }) =>
              evaluation.confusion ? (
                <ConfusionMatrix
                  key={name}
                  caption={t('confusionOf', { who: name })}
                  labels={labels}
                  counts={evaluation.confusion}
                  truth={t('truth')}
                  answer={t('answer')}
                  format={value => formatNumber(value)}
                />
              ) : null,
            )}
          </div>
        </div>
      </details>
    </div>
  );
}

function finding(rows: ComparedRows): string {
  const old = formatMeasure('accuracy', rows.old.metrics['accuracy']);
  const now = formatMeasure('accuracy', rows.new.metrics['accuracy']);
  return old === now ? t('accuracySame', { new: now }) : t('accuracyBetter', { old, new: now });
}

/** None where the accuracy or its interval is not known. */
export function intervalRow(side: { readonly name: string; readonly evaluation: Evaluation }): IntervalRow[] {
  const { interval, metrics } = side.evaluation;
  const value = metrics['accuracy'];
  if (interval?.metric !== 'accuracy' || value === null || value === undefined) return [];
  const { low, high } = interval;
  return [{ name: side.name, value, low, high, text: formatAccuracy(side.evaluation) }];
}

/** In points, with its sign: figures of a share are read in hundredths. */
function difference(old: number | null | undefined, now: number | null | undefined): string {
  if (old === null || old === undefined || now === null || now === undefined) return '–';
  const points = Math.round((now - old) * 1000) / 10;
  if (points === 0) return '±0';
  return `${points > 0 ? '+' : '−'}${formatNumber(Math.abs(points), undefined, 1)}`;
}
