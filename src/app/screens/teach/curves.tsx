// Loss and accuracy while it learns, live, with the same figures as a table.
import type { HistoryPoint } from '../../state/training-history.ts';
import { tableRows } from '../../state/training-history.ts';
import { formatNumber, formatShare, formatSignificant } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { LineChart } from '../../parts/charts/line-chart.tsx';
import { Table } from '../../parts/table.tsx';
import { useMemo } from 'preact/hooks';

/** A table that can be walked through in a minute. */
const rowsInTable = 12;

export interface CurvesProps {
  readonly history: readonly HistoryPoint[];
  /** Whether there will be figures of validation: their place is kept until the first comes. */
  readonly isValidated: boolean;
}

export function Curves({ history, isValidated }: CurvesProps) {
  const data = useMemo(() => columnsOf(history), [history]);
  const last = history.at(-1);
  if (!last) return <p class="soft">{t('chartsWait')}</p>;
  const validated = isValidated || data.validationLoss.some(value => value !== null);
  return (
    <div class="stack">
      <div class="teach-curves">
        <LineChart
          title={t('lossTitle', { value: loss(last.loss) })}
          xLabel={t('xEpochs')}
          x={data.x}
          series={withValidation(validated, data.loss, data.validationLoss)}
          format={loss}
          formatX={epochs}
          hint={t('chartHint')}
        />
        <LineChart
          title={t('accuracyTitle', { value: formatShare(last.accuracy) })}
          xLabel={t('xEpochs')}
          x={data.x}
          series={withValidation(validated, data.accuracy, data.validationAccuracy)}
          format={value => formatShare(value, 0)}
          formatX={epochs}
          range={[0, 1]}
          hint={t('chartHint')}
        />
      </div>
      <details class="fold">
        <summary>{t('asTable')}</summary>
        <Table
          caption={t('tableCaption')}
          columns={[
            { key: 'epoch', label: t('columnEpoch'), number: true },
            { key: 'loss', label: t('columnLoss'), number: true },
            { key: 'accuracy', label: t('columnAccuracy'), number: true },
            ...(validated
              ? [
                  { key: 'validationLoss', label: t('columnValidationLoss'), number: true },
                  { key: 'validationAccuracy', label: t('columnValidationAccuracy'), number: true },
                ]
              : []),
          ]}
          rows={tableRows(history, rowsInTable).map(point => [
            epochs(point.epochs),
            loss(point.loss),
            formatShare(point.accuracy),
            ...(validated
              ? [
                  point.validationLoss === null ? '–' : loss(point.validationLoss),
                  point.validationAccuracy === null ? '–' : formatShare(point.validationAccuracy),
                ]
              : []),
          ])}
        />
      </details>
    </div>
  );
}

function columnsOf(history: readonly HistoryPoint[]) {
  return {
    x: history.map(point => point.epochs),
    loss: history.map(point => point.loss),
    accuracy: history.map(point => point.accuracy),
    validationLoss: history.map(point => point.validationLoss),
    validationAccuracy: history.map(point => point.validationAccuracy),
  };
}

function withValidation(
  validated: boolean,
  train: readonly number[],
  validation: readonly (number | null)[],
) {
  const first = { label: t('seriesTrain'), values: train };
  return validated ? [first, { label: t('seriesValidation'), values: validation }] : [first];
}

function loss(value: number): string {
  return formatSignificant(value);
}

function epochs(value: number): string {
  return formatNumber(value, undefined, 1);
}
