// A live curve: uPlot, loaded when first drawn, with a legend of values and a table behind it. Words come from the caller.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Plot } from './plot.ts';

export interface ChartSeries {
  readonly label: string;
  /** Same length as `x`; null where there is no value. */
  readonly values: readonly (number | null)[];
}

export interface LineChartProps {
  /** Says the finding, not the axes: "Loss 0.12 after 4 epochs". */
  readonly title: string;
  readonly xLabel: string;
  readonly x: readonly number[];
  /** At most four: each has a colour and a dash of its own. */
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  readonly formatX: (value: number) => string;
  /** Fixed ends of the y axis; without them it follows the data. */
  readonly range?: readonly [number, number];
  /** Said to those who move along the curve by keyboard. */
  readonly hint: string;
}

export function LineChart(props: LineChartProps) {
  const { title, xLabel, x, series, format, formatX, hint } = props;
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [at, setAt] = useState<number | null>(null);
  const index = at !== null && at < x.length ? at : null;

  useEffect(() => {
    let gone = false;
    void import('./plot.ts').then(({ createPlot }) => {
      if (gone || !frame.current) return;
      plot.current = createPlot(frame.current, latest.current, setAt);
    });
    return () => {
      gone = true;
      plot.current?.destroy();
      plot.current = null;
    };
  }, [series.length]);
  useEffect(() => plot.current?.update(latest.current), [x, series]);

  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -x.length, End: x.length }[event.key];
    if (step === undefined || x.length === 0) return;
    event.preventDefault();
    const next = Math.min(x.length - 1, Math.max(0, (index ?? x.length - 1) + step));
    setAt(next);
    plot.current?.point(next);
  };

  return (
    <figure class="chart">
      <figcaption class="chart-title">{title}</figcaption>
      <div
        class="chart-frame"
        ref={frame}
        role="group"
        aria-label={`${title}. ${hint}`}
        tabIndex={0}
        onKeyDown={move}
      />
      <div class="chart-foot">
        <ul class="chart-legend" aria-live={index === null ? 'off' : 'polite'}>
          {series.map((one, i) => (
            <li key={one.label}>
              <span class={`chart-key series-${i}`} aria-hidden="true" />
              {one.label} <span class="chart-value">{valueAt(one.values, index, format)}</span>
            </li>
          ))}
        </ul>
        <span class="chart-x">
          {xLabel}
          {index === null ? '' : ` ${formatX(x[index]!)}`}
        </span>
      </div>
    </figure>
  );
}

/** The value under the pointer, else the newest there is. */
function valueAt(
  values: readonly (number | null)[],
  index: number | null,
  format: (value: number) => string,
): string {
  const value = index === null ? values.findLast(one => one !== null) : values[index];
  return value === null || value === undefined ? '–' : format(value);
}
