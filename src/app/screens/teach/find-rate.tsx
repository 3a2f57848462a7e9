// Finds a learning rate for the settings as they are: a button, the curve of the sweep, and what to take from it.
import { useMemo } from 'preact/hooks';
import type { RatePoint, RateSweep } from '../../../core/train/find-learning-rate.ts';
import type { TrainRequest } from '../../../worker/protocol.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Button } from '../../parts/button.tsx';
import { LineChart } from '../../parts/charts/line-chart.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { isSameSearch } from '../../state/rate-finder.ts';
import { rateFinder, training } from '../../state/training-run.ts';

export interface FindRateProps {
  /** Null while a field is wrong. */
  readonly request: TrainRequest | null;
  readonly onTake: (rate: string) => void;
}

export function FindRate({ request, onTake }: FindRateProps) {
  const state = rateFinder.state.value;
  const shown = 'request' in state && request && isSameSearch(state.request, request) ? state : null;
  return (
    <div class="stack teach-wide">
      <div class="row">
        {rateFinder.busy.value ? (
          <Button icon="stop" onClick={() => void rateFinder.stop()}>
            {t('stop')}
          </Button>
        ) : (
          <Button
            disabled={request === null || training.busy.value}
            onClick={() => {
              if (request) void rateFinder.start(request);
            }}
          >
            {t('findRate')}
          </Button>
        )}
        <span class="small soft grow">{t(rateFinder.busy.value ? 'findingRate' : 'findRateHint')}</span>
      </div>
      {shown?.phase === 'failed' ? <ErrorNote failure={shown.failure} /> : null}
      {shown?.phase === 'running' ? <RateCurve points={shown.points} title={t('findingRate')} /> : null}
      {shown?.phase === 'done' ? <Found sweep={shown.sweep} onTake={onTake} /> : null}
    </div>
  );
}

function Found({ sweep, onTake }: { readonly sweep: RateSweep; readonly onTake: (rate: string) => void }) {
  const rate = sweep.suggested === null ? null : roundedRate(sweep.suggested);
  return (
    <>
      <RateCurve
        points={sweep.points}
        title={rate === null ? t('noRate') : t('rateFound', { rate: formatRate(Number(rate)) })}
      />
      {rate === null ? null : (
        <div class="row">
          <Button onClick={() => onTake(rate)}>{t('takeRate', { rate: formatRate(Number(rate)) })}</Button>
        </div>
      )}
    </>
  );
}

function RateCurve({ points, title }: { readonly points: readonly RatePoint[]; readonly title: string }) {
  const x = useMemo(() => points.map(({ rate }) => Math.log10(rate)), [points]);
  const series = useMemo(
    () => [{ label: t('seriesSmoothed'), values: points.map(({ smoothed }) => smoothed) }],
    [points],
  );
  if (points.length < 2) return null;
  return (
    <LineChart
      title={title}
      xLabel={t('learningRate')}
      x={x}
      series={series}
      format={value => formatNumber(value, undefined, 3)}
      formatX={value => formatRate(10 ** value)}
      hint={t('chartHint')}
    />
  );
}

/** As it is typed: two digits are more than the method knows. */
function roundedRate(rate: number): string {
  return String(Number(rate.toPrecision(1)));
}

/** Short enough to stand under an axis: 0.003, 2e-5. */
function formatRate(rate: number): string {
  return rate < 1e-3 ? rate.toExponential(0) : String(Number(rate.toPrecision(2)));
}
