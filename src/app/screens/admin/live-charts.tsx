// Predictions of all models: the last seconds as four figures, the last two minutes as two curves.
import { useMemo } from 'preact/hooks';
import type { Live, LiveNow } from '../../../core/artifact/live-api.ts';
import { formatMilliseconds, formatNumber, formatSignificant } from '../../i18n/format.ts';
import { t } from '../../i18n/live.ts';
import { LineChart } from '../../parts/charts/line-chart.tsx';

export function LiveNumbers({ now }: { readonly now: LiveNow }) {
  return (
    <section aria-label={t('now')}>
      <dl class="live-numbers numbers">
        <Figure name={t('requests')} value={formatSignificant(now.requestsPerSecond)} />
        <Figure name={t('p50')} value={timeText(now.p50Ms)} />
        <Figure name={t('p95')} value={timeText(now.p95Ms)} />
        <Figure
          name={t('errors')}
          value={formatSignificant(now.errorsPerSecond)}
          isBad={now.errorsPerSecond > 0}
        />
      </dl>
    </section>
  );
}

function Figure(props: { readonly name: string; readonly value: string; readonly isBad?: boolean }) {
  return (
    <div class={`live-number ${props.isBad ? 'bad' : ''}`.trim()}>
      <dt class="small soft">{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

/** Of what was answered; a dash where nothing was. */
export function timeText(ms: number | null): string {
  return ms === null ? t('nothing') : formatMilliseconds(ms);
}

export function LiveCharts({ total }: { readonly total: Live['total'] }) {
  const { now, requests, errors, p50Ms, p95Ms } = total;
  // The same arrays until the next answer: a chart is drawn anew where they are others.
  const x = useMemo(() => requests.map((_, i) => i + 1 - requests.length), [requests]);
  const rates = useMemo(
    () => [
      { label: t('rateLine'), values: requests },
      { label: t('errorLine'), values: errors },
    ],
    [requests, errors],
  );
  const times = useMemo(
    () => [
      { label: t('p50Line'), values: p50Ms },
      { label: t('p95Line'), values: p95Ms },
    ],
    [p50Ms, p95Ms],
  );
  const shared = {
    xLabel: t('secondsAgo'),
    x,
    formatX: (seconds: number) => formatNumber(Math.abs(seconds)),
    hint: t('chartHint'),
  };
  return (
    <div class="live-charts">
      <LineChart
        title={t('rateTitle', {
          rate: formatSignificant(now.requestsPerSecond),
          errors: formatSignificant(now.errorsPerSecond),
        })}
        series={rates}
        format={formatSignificant}
        {...shared}
      />
      <LineChart
        title={
          now.p50Ms === null
            ? t('timeTitleNone')
            : t('timeTitle', { p50: timeText(now.p50Ms), p95: timeText(now.p95Ms) })
        }
        series={times}
        format={formatSignificant}
        {...shared}
      />
    </div>
  );
}
